import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../free-ports.ts";
import { CLASSES } from "./exchange.ts";
import { type Path, TAP_ALONE } from "./path.ts";
import { childOf, type Processes } from "./processes.ts";

const PROGRAM = resolve(import.meta.dirname, "../../src/main.js");

export interface Sampling {
  readonly predictionsRatio: number;
  readonly imagesRatio: number;
  /** The product's default when left out. */
  readonly imagesPerSecond?: number;
}

/** `vision-exporter run` as in production: the tap, and the analyser as its child. */
export interface SupervisedTap extends Path {
  readonly analyser: { readonly pid: number; readonly metricsPort: number };
  /** Changes the sampling without a restart. Only the analyser reads it again: the tap's own share of exchanges stays. */
  resample(sampling: Sampling): Promise<void>;
}

/** What the image sets. */
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "262144",
  MALLOC_TRIM_THRESHOLD_: "16777216",
};

const NOTHING: Sampling = { predictionsRatio: 0, imagesRatio: 1 };

export async function startTapAlone(processes: Processes, modelPort: number): Promise<Path> {
  const [port = 0, ...others] = await freePorts(4);
  const file = join(mkdtempSync(join(tmpdir(), "bench-tap-")), "config.json");
  writeFileSync(file, config(file, port, modelPort, others, NOTHING));
  const pid = await processes.start([process.execPath, PROGRAM, "tap", "--config", file], port, ENVIRONMENT);
  return { name: TAP_ALONE, port, pid };
}

export async function startSupervisedTap(
  processes: Processes,
  modelPort: number,
  name: string,
  sampling: Sampling,
): Promise<SupervisedTap> {
  const [port = 0, metricsPort = 0, ...others] = await freePorts(4);
  const file = join(mkdtempSync(join(tmpdir(), "bench-tap-")), "config.json");
  const write = (wanted: Sampling): void =>
    writeFileSync(file, config(file, port, modelPort, [metricsPort, ...others], wanted));
  write(sampling);
  const pid = await processes.start([process.execPath, PROGRAM, "run", "--config", file], port, ENVIRONMENT);
  const reading = (metric: string): Promise<number> => readMetric(metricsPort, metric);
  await until(async () => (await reading("vision_tap_connected")) === 1);
  const analyser = childOf(pid);
  if (analyser === undefined) throw new Error("the tap has no analyser");
  return {
    name,
    port,
    pid,
    analyser: { pid: analyser, metricsPort },
    async resample(wanted) {
      const before = await reading("vision_config_last_reload_success_timestamp_seconds");
      write(wanted);
      process.kill(analyser, "SIGHUP");
      await until(async () => (await reading("vision_config_last_reload_success_timestamp_seconds")) > before);
    },
  };
}

/** JSON is YAML. */
function config(
  file: string,
  port: number,
  modelPort: number,
  [metrics, api, page]: readonly number[],
  sampling: Sampling,
): string {
  return JSON.stringify({
    model: { name: "bench", classes: CLASSES },
    tap: {
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${modelPort}`,
      linkPath: `${file}.sock`,
      drain: "1s",
    },
    sampling,
    listen: { metrics: `127.0.0.1:${metrics}`, api: `127.0.0.1:${api}`, page: `127.0.0.1:${page}` },
    log: { level: "warn" },
  });
}

/** Sum over the series of a metric on `/metrics`. */
export async function readMetric(metricsPort: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  if (lines.length === 0) throw new Error(`/metrics has no ${name}`);
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const LOOK_MILLISECONDS = 100;
const LOOKS = 300;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (await isTrue().catch(() => false)) return;
    await sleep(LOOK_MILLISECONDS);
  }
  throw new Error("the analyser is not ready after 30 s");
}
