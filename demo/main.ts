// A story about a model in production, played on real satellite images: a model server, our sidecar in front of it, and a client.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadImagery } from "./imagery.ts";
import { play } from "./play.ts";
import { SCENARIOS, scenarioNamed } from "./scenarios.ts";
import { Stage } from "./stage.ts";
import { renderTable } from "./table.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CACHE = join(ROOT, ".cache");
const SEED = 20261124;
const PORTS = { model: 18080, tap: 19000, metrics: 9435, api: 9436, page: 9437 };
const OPTIONS = {
  scenario: { type: "string", default: SCENARIOS[0].name },
  list: { type: "boolean", default: false },
  once: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;

let stopping = false;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.list) {
    for (const { name, story } of SCENARIOS) say(`${name.padEnd(12)}${story}`);
    return 0;
  }
  const scenario = scenarioNamed(values.scenario);
  const imagery = await loadImagery(CACHE);
  const stage = new Stage(scenario, {
    root: ROOT,
    cacheDirectory: CACHE,
    imagery,
    ports: PORTS,
    seed: SEED,
    verbose: values.verbose,
  });
  try {
    await stage.set();
    say(`\nPage:     http://127.0.0.1:${PORTS.page}/`);
    say(`Metrics:  http://127.0.0.1:${PORTS.metrics}/metrics\nCtrl-C ends it.`);
    for (;;) {
      const results = await play(scenario, stage, () => stopping, say);
      if (stopping) return 0;
      say(`\n${renderTable(scenario.columns, results)}\n`);
      const { failures } = stage.traffic;
      if (failures > 0) say(`${failures} requests failed`);
      if (values.once) return failures === 0 && results.every(({ faults }) => faults.length === 0) ? 0 : 1;
    }
  } finally {
    await stage.strike();
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
}
