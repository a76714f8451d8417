import { seededRandom, shuffled } from "../../src/core/random.ts";
import { median, medianAdded, percentile } from "./figures.ts";
import { closedLoopRate, openLoopLatencies, pairedLatencies } from "./loads.ts";
import { readMetric } from "./own-paths.ts";
import type { Path } from "./path.ts";
import { cpuMilliseconds } from "./processes.ts";

/** In the order of the paths. */
export interface PairedFigures {
  /** Median of the differences to the first path, the direct one. */
  readonly addedMilliseconds: readonly number[];
  readonly directMilliseconds: number;
  /** Processor time of the forwarding process a request, all its threads; NaN for the direct path. */
  readonly cpuMilliseconds: readonly number[];
  /** The same of what analyses the captured traffic. */
  readonly analyserCpuMilliseconds: readonly number[];
}

/** `warmUpRounds`: the compiler of a young Node process is not what is measured. */
export async function measurePaired(
  paths: readonly Path[],
  body: Buffer,
  effort: { readonly warmUpRounds: number; readonly rounds: number },
): Promise<PairedFigures> {
  const ports = paths.map(({ port }) => port);
  await pairedLatencies(ports, body, effort.warmUpRounds);
  const before = paths.map(cpuOf);
  const latencies = await pairedLatencies(ports, body, effort.rounds);
  const spent = paths.map(cpuOf).map(({ forwarding, analysing }, index) => ({
    forwarding: (forwarding - (before[index]?.forwarding ?? 0)) / effort.rounds,
    analysing: (analysing - (before[index]?.analysing ?? 0)) / effort.rounds,
  }));
  const direct = latencies[0] as number[];
  return {
    addedMilliseconds: latencies.map((path) => medianAdded(path, direct)),
    directMilliseconds: median(direct),
    cpuMilliseconds: spent.map(({ forwarding }) => forwarding),
    analyserCpuMilliseconds: spent.map(({ analysing }) => analysing),
  };
}

function cpuOf({ pid, analyser }: Path): { forwarding: number; analysing: number } {
  return {
    forwarding: pid === undefined ? Number.NaN : cpuMilliseconds(pid),
    analysing: analyser === undefined ? Number.NaN : cpuMilliseconds(analyser.pid),
  };
}

/** In the order of the paths: one value a repeat. */
export interface OpenLoopFigures {
  readonly p50Milliseconds: readonly (readonly number[])[];
  readonly p99Milliseconds: readonly (readonly number[])[];
  /** Images that the analyser finished a second, over all repeats; NaN where there is none. */
  readonly analysedPerSecond: readonly number[];
}

/** One path after the other in each repeat, in an order drawn anew, so that each analyser is a burden on its own path only. */
export async function measureOpenLoop(
  paths: readonly Path[],
  body: Buffer,
  effort: { readonly repeats: number; readonly perSecond: number; readonly seconds: number },
): Promise<OpenLoopFigures> {
  const p50 = paths.map((): number[] => []);
  const p99 = paths.map((): number[] => []);
  const analysed = paths.map(() => 0);
  await inTurn(paths, effort.repeats, async (path, index) => {
    const before = await analysedBy(path);
    const latencies = await openLoopLatencies(path.port, body, effort);
    analysed[index] = (analysed[index] as number) + (await analysedBy(path)) - before;
    p50[index]?.push(percentile(latencies, 0.5));
    p99[index]?.push(percentile(latencies, 0.99));
  });
  const seconds = effort.repeats * effort.seconds;
  return { p50Milliseconds: p50, p99Milliseconds: p99, analysedPerSecond: analysed.map((count) => count / seconds) };
}

/** Replies a second, in the order of the paths: one value a repeat. */
export async function measureClosedLoop(
  paths: readonly Path[],
  body: Buffer,
  effort: { readonly repeats: number; readonly connections: number; readonly seconds: number },
): Promise<readonly (readonly number[])[]> {
  const rates = paths.map((): number[] => []);
  await inTurn(paths, effort.repeats, async (path, index) => {
    rates[index]?.push(await closedLoopRate(path.port, body, effort));
  });
  return rates;
}

async function inTurn(
  paths: readonly Path[],
  repeats: number,
  measure: (path: Path, index: number) => Promise<void>,
): Promise<void> {
  const random = seededRandom(repeats);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const index of shuffled([...paths.keys()], random)) await measure(paths[index] as Path, index);
  }
}

async function analysedBy({ analyser }: Path): Promise<number> {
  if (analyser?.metricsPort === undefined) return Number.NaN;
  return readMetric(analyser.metricsPort, "vision_images_analysed_total");
}
