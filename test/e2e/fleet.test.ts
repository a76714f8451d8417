import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, startProgram, stop, until } from "./fixtures/program.ts";

/**
 * Three exporters under one Prometheus, one of them killed in the middle. What increase() makes of it is held against what was sent, within the
 * bound that docs/alerting.md derives for a range that holds the whole life of the counters.
 */
const SCRAPE_SECONDS = 1;
const ROUNDS = 24;
const ROUND_MILLISECONDS = 500;
const BATCH = 8;
/** Round in which the second exporter is killed. */
const KILL = 12;
/** Prometheus extrapolates to the end of a range by at most so many scrape intervals. */
const EXTRAPOLATION = 1.1;

interface Exporter {
  readonly config: string;
  readonly metrics: number;
  readonly api: number;
  process: ChildProcess;
  sent: number;
  wrong: number;
  sentBeforeKill: number;
  /** Of these, those that no scrape before the kill had seen. */
  unseenBeforeKill: number;
}

let folder: string;
let prometheus: ChildProcess;
let prometheusUrl: string;
let exporters: Exporter[];

const url = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;
const ready = ({ metrics }: Exporter): Promise<boolean> => until(() => answers(url(metrics, "/-/ready")));

async function post(port: number, path: string, items: readonly unknown[]): Promise<void> {
  const response = await fetch(url(port, path), {
    method: "POST",
    body: JSON.stringify(items),
    headers: { "content-type": "application/json" },
  });
  expect(response.status).toBe(200);
}

/** A batch of predictions with their labels, one in `every` of them wrong. */
async function send(exporter: Exporter, round: number, every: number): Promise<void> {
  const ids = Array.from({ length: BATCH }, (_, n) => `${exporter.api}-${round}-${n}`);
  await post(
    exporter.api,
    "/v1/observations",
    ids.map((id) => ({ id, prediction: { label: "good" } })),
  );
  const labels = ids.map((id, n) => ({ id, label: n % every === 0 ? "bent" : "good" }));
  await post(exporter.api, "/v1/labels", labels);
  exporter.sent += BATCH;
  exporter.wrong += labels.filter(({ label }) => label === "bent").length;
}

async function query(expression: string): Promise<number> {
  const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(body.data.result[0]?.value[1]);
}

async function startExporter(index: number): Promise<Exporter> {
  const [metrics, api, page] = (await freePorts(3)) as [number, number, number];
  const config = join(folder, `${index}.yaml`);
  writeFileSync(
    config,
    `
model: { name: parts, classes: [good, bent] }
drift: { assessEvery: 1s }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`,
  );
  const process = startProgram(["serve", "--config", config]);
  const exporter = { config, metrics, api, process, sent: 0, wrong: 0, sentBeforeKill: 0, unseenBeforeKill: 0 };
  await ready(exporter);
  return exporter;
}

async function startPrometheus(): Promise<void> {
  const [port] = (await freePorts(1)) as [number];
  const home = join(folder, "prometheus");
  mkdirSync(home);
  const targets = exporters.map(({ metrics }) => `"127.0.0.1:${metrics}"`).join(", ");
  writeFileSync(
    join(home, "prometheus.yml"),
    `global: { scrape_interval: ${SCRAPE_SECONDS}s, scrape_timeout: ${SCRAPE_SECONDS}s }\nscrape_configs: [{ job_name: vision, static_configs: [{ targets: [${targets}] }] }]\n`,
  );
  prometheus = spawn("prometheus", [
    `--config.file=${join(home, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(home, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  prometheusUrl = `http://127.0.0.1:${port}`;
  await until(async () => (await query("count(vision_labelled_predictions_total == 0)")) === exporters.length);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vision-fleet-"));
  exporters = await Promise.all([0, 1, 2].map(startExporter));
  await startPrometheus();
});

afterAll(async () => {
  await Promise.all(
    [...(exporters ?? []).map(({ process }) => process), prometheus].map((child) => child && stop(child)),
  );
  rmSync(folder, { recursive: true });
});

describe("three exporters under a real Prometheus, one killed in the middle", () => {
  it("give the number of predictions and the accuracy of one process within the bound of increase()", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      if (round === KILL) await killAndRestart(exporters[1] as Exporter);
      const begun = Date.now();
      await Promise.all(exporters.map((exporter, index) => send(exporter, round, 2 + 2 * index)));
      await until(async () => Date.now() - begun >= ROUND_MILLISECONDS);
    }
    const sent = exporters.reduce((sum, exporter) => sum + exporter.sent, 0);
    const wrong = exporters.reduce((sum, exporter) => sum + exporter.wrong, 0);
    // The last scrape of each has all that it counted since its start.
    const last = (exporters[1] as Exporter).sent - (exporters[1] as Exporter).sentBeforeKill;
    await until(
      async () =>
        (await query("sum(vision_labelled_predictions_total)")) ===
        (exporters[0] as Exporter).sent + last + (exporters[2] as Exporter).sent,
    );
    const found = await query("sum(increase(vision_labelled_predictions_total[10m]))");
    const foundWrong = await query("sum(increase(vision_labelled_incorrect_predictions_total[10m]))");
    const scraped = await query("min(count_over_time(up[10m]))");
    const resets = await query("sum(resets(vision_labelled_predictions_total[10m]))");

    const seconds = (scraped - 1) * SCRAPE_SECONDS;
    const above = (EXTRAPOLATION * SCRAPE_SECONDS) / seconds;
    const lost = (exporters[1] as Exporter).unseenBeforeKill;
    expect(resets).toBeGreaterThan(0);
    expect(found).toBeGreaterThanOrEqual(sent - lost);
    expect(found).toBeLessThanOrEqual(sent * (1 + above));
    const [accuracy, foundAccuracy] = [1 - wrong / sent, 1 - foundWrong / found];
    expect(Math.abs(foundAccuracy - accuracy)).toBeLessThanOrEqual(above + lost / (sent - lost));
    process.stdout.write(
      `sent ${sent}, increase() ${found.toFixed(2)}, bound ${(sent - lost).toFixed(0)} to ${(sent * (1 + above)).toFixed(1)}; accuracy ${accuracy.toFixed(4)} against ${foundAccuracy.toFixed(4)}\n`,
    );
  });
});

async function killAndRestart(exporter: Exporter): Promise<void> {
  exporter.sentBeforeKill = exporter.sent;
  const own = `vision_labelled_predictions_total{instance="127.0.0.1:${exporter.metrics}"}`;
  exporter.unseenBeforeKill = exporter.sent - (await query(`sum(last_over_time(${own}[1m]))`));
  const ended = new Promise((done) => exporter.process.once("exit", done));
  exporter.process.kill("SIGKILL");
  await ended;
  exporter.process = startProgram(["serve", "--config", exporter.config]);
  await ready(exporter);
}
