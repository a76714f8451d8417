import { setTimeout as sleep } from "node:timers/promises";
import { median, medianRatio, percentile } from "./figures.ts";
import { openLoopLatencies } from "./loads.ts";
import { readMetric, type Sampling, type SupervisedTap } from "./own-paths.ts";

export interface SaturationFigures {
  readonly idleP99Milliseconds: number;
  readonly fullP99Milliseconds: number;
  /** Median over the repeats of full ÷ idle. */
  readonly ratio: number;
  /** Images that wait at the end of a repeat with the queue full: the fewest, and how many can. */
  readonly fewestWaiting: number;
  readonly queueCapacity: number;
}

export interface SaturationEffort {
  readonly repeats: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** The tap captures everything in both; only whether the analyser looks at the images differs. */
const IDLE: Sampling = { predictionsRatio: 1, imagesRatio: 0 };
const FULL: Sampling = { predictionsRatio: 1, imagesRatio: 1, imagesPerSecond: 1000 };
const FILL_SECONDS = 2;

/** The same tap and analyser with nothing to embed and with more than can be embedded, by turns. */
export async function measureSaturation(
  tap: SupervisedTap,
  body: Buffer,
  effort: SaturationEffort,
): Promise<SaturationFigures> {
  const p99 = { idle: [] as number[], full: [] as number[] };
  const waiting: number[] = [];
  const measure = async (): Promise<number> => percentile(await openLoopLatencies(tap.port, body, effort), 0.99);
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    await tap.resample(IDLE);
    await sleep(1000 * FILL_SECONDS); // what the last repeat left in the queue
    p99.idle.push(await measure());
    await tap.resample(FULL);
    await openLoopLatencies(tap.port, body, { perSecond: effort.perSecond, seconds: FILL_SECONDS });
    p99.full.push(await measure());
    waiting.push(await readMetric(tap.analyser.metricsPort, "vision_queue_length"));
  }
  return {
    idleP99Milliseconds: median(p99.idle),
    fullP99Milliseconds: median(p99.full),
    ratio: medianRatio(p99.full, p99.idle),
    fewestWaiting: Math.min(...waiting),
    queueCapacity: await readMetric(tap.analyser.metricsPort, "vision_queue_capacity"),
  };
}
