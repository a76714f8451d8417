// The main job on real satellite images: a model server, our sidecar in front of it, a camera, late labels, and five phases.
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Assessment } from "../src/core/assessment.ts";
import { loadImagery } from "./imagery.ts";
import { PHASES } from "./phases.ts";
import { requireFreePorts, start, stop, waitFor } from "./processes.ts";
import { prepareFiles } from "./setup.ts";
import { judge, type PhaseResult, renderTable, toResult } from "./table.ts";
import { cutTiles } from "./tiles.ts";
import { Traffic } from "./traffic.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CACHE = join(ROOT, ".cache");
const CONFIG = join(ROOT, "demo", "satellite.yaml");
const SEED = 20261124;
const PORTS = { model: 18080, tap: 19000, metrics: 9435, api: 9436, page: 9437 };
const MODEL_PATH = "/v2/models/satellite/infer";
const PHASE_SECONDS = 30;
const REQUESTS_PER_SECOND = 12;

const { values: options } = parseArgs({
  options: { once: { type: "boolean", default: false }, verbose: { type: "boolean", default: false } },
});
const children: ChildProcess[] = [];
let stopping = false;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function prepare(): Promise<{ traffic: Traffic }> {
  await requireFreePorts(Object.values(PORTS));
  mkdirSync(join(CACHE, "demo-state"), { recursive: true });
  const tiles = cutTiles(await loadImagery(CACHE), SEED);
  const files = await prepareFiles(CACHE, tiles, SEED);
  const program = join(ROOT, "dist", "src", "main.js");

  say("· starting the model server …");
  const model = start(
    join(ROOT, "dist", "demo", "model-server.js"),
    [files.classifier, String(PORTS.model)],
    options.verbose,
  );
  children.push(model);
  await waitFor(`http://127.0.0.1:${PORTS.model}/v2/health/ready`, model, 30);

  say(`· building the reference from ${tiles.reference.length} held-out tiles: vision-exporter reference build …`);
  const modelUrl = `http://127.0.0.1:${PORTS.model}${MODEL_PATH}`;
  process.env["DEMO_REFERENCE"] = files.reference;
  process.env["DEMO_STATE"] = join(CACHE, "demo-state");
  const build = start(
    program,
    [
      "reference",
      "build",
      "--config",
      CONFIG,
      "--images",
      files.referenceImages,
      "--model-url",
      modelUrl,
      "--out",
      files.reference,
    ],
    true,
  );
  const code = await new Promise<number | null>((done) => build.once("exit", done));
  if (code !== 0) throw new Error(`reference build ended with code ${code}`);

  say("· starting the sidecar: vision-exporter run …");
  const sidecar = start(program, ["run", "--config", CONFIG], options.verbose);
  children.push(sidecar);
  await waitFor(`http://127.0.0.1:${PORTS.metrics}/-/ready`, sidecar, 60);
  const traffic = new Traffic(tiles, {
    modelUrl: `http://127.0.0.1:${PORTS.tap}${MODEL_PATH}`,
    labelsUrl: `http://127.0.0.1:${PORTS.api}/v1/labels`,
    requestsPerSecond: REQUESTS_PER_SECOND,
    labelledRatio: 0.3,
    labelDelaySeconds: [2, 8],
    seed: SEED + 2,
  });
  return { traffic };
}

async function playPhases(traffic: Traffic): Promise<PhaseResult[]> {
  const results: PhaseResult[] = [];
  for (const phase of PHASES) {
    if (stopping) break;
    say(`\n▸ ${phase.name}: ${phase.story}`);
    await traffic.play(phase, PHASE_SECONDS, () => stopping);
    if (stopping) break;
    // One more round of the assessment, so that the last images are in.
    await new Promise((done) => setTimeout(done, 2_500));
    const assessment = (await (await fetch(`http://127.0.0.1:${PORTS.api}/v1/assessment`)).json()) as Assessment;
    const result = toResult(phase, traffic.truths, assessment);
    results.push(result);
    say(`  ${result.window.verdict}: ${result.window.sentence}`);
    for (const cause of result.window.causes.slice(0, 2)) say(`  because ${cause.sentence}`);
  }
  return results;
}

async function stopAll(): Promise<void> {
  for (const child of children.reverse()) await stop(child);
}

async function main(): Promise<number> {
  const { traffic } = await prepare();
  say(
    `\nPage:     http://127.0.0.1:${PORTS.page}/\nMetrics:  http://127.0.0.1:${PORTS.metrics}/metrics\nCtrl-C ends it.`,
  );
  for (;;) {
    const results = judge(await playPhases(traffic));
    if (results.length === PHASES.length) say(`\n${renderTable(results)}\n`);
    if (traffic.failures > 0) say(`${traffic.failures} requests failed`);
    if (options.once || stopping) {
      traffic.stop();
      const complete = results.length === PHASES.length && results.every(({ faults }) => faults.length === 0);
      return stopping || (complete && traffic.failures === 0) ? 0 : 1;
    }
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    say("\nstopping …");
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  // Whatever Ctrl-C interrupts fails in its own way; that is no news.
  if (!stopping) process.stderr.write(`demo: ${(error as Error).message}\n`);
  process.exitCode = stopping ? 0 : 1;
} finally {
  await stopAll();
}
