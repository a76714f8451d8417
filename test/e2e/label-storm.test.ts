import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, startProgram, stop, until } from "./fixtures/program.ts";

/** Ten times what limits.labelsPerSecond lets through by default, in requests of 500. */
const REQUESTS = 200;
const LABELS = 500;
const PER_SECOND = 2_000;
const AT_ONCE = 10_000;
const OBSERVATIONS = 100;

let folder: string;
let api: string;
let metrics: string;
let analyser: ChildProcess;

const post = (path: string, items: readonly unknown[]): Promise<Response> =>
  fetch(api + path, { method: "POST", body: JSON.stringify(items), headers: { "content-type": "application/json" } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vision-storm-"));
  const [metricsPort, apiPort, pagePort] = (await freePorts(3)) as [number, number, number];
  const listen = `{ metrics: "127.0.0.1:${metricsPort}", api: "127.0.0.1:${apiPort}", page: "127.0.0.1:${pagePort}" }`;
  const config = join(folder, "vision-exporter.yaml");
  writeFileSync(
    config,
    `model: { name: parts, classes: [good, bent] }\nlisten: ${listen}\nstate: { directory: "${folder}" }\n`,
  );
  analyser = startProgram(["serve", "--config", config]);
  [api, metrics] = [`http://127.0.0.1:${apiPort}`, `http://127.0.0.1:${metricsPort}`];
  await until(() => answers(`${metrics}/-/ready`));
});

afterAll(async () => {
  await stop(analyser);
  rmSync(folder, { recursive: true });
});

it("a storm of labels is refused past its budget with the time to wait, and every prediction meanwhile is taken and labelled", async () => {
  const begun = performance.now();
  const storm = Array.from({ length: REQUESTS }, async (_, request) => {
    const labels = Array.from({ length: LABELS }, (_, n) => ({ id: `storm-${request}-${n}`, label: "good" }));
    const { status, headers } = await post("/v1/labels", labels);
    return { status, retryAfter: Number(headers.get("retry-after")) };
  });
  for (let n = 0; n < OBSERVATIONS; n++) {
    const answer = await post("/v1/observations", [{ id: `part-${n}`, prediction: { label: "good" } }]);
    expect(answer.status).toBe(200);
  }
  const answered = await Promise.all(storm);
  const seconds = (performance.now() - begun) / 1_000;
  const taken = answered.filter(({ status }) => status === 200).length * LABELS;
  const refused = answered.filter(({ status }) => status === 429);
  expect(taken).toBeGreaterThanOrEqual(AT_ONCE);
  expect(taken).toBeLessThanOrEqual(AT_ONCE + PER_SECOND * seconds);
  expect(taken + refused.length * LABELS).toBe(REQUESTS * LABELS);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ retryAfter }) => retryAfter >= 1)).toBe(true);
  const labels = Array.from({ length: OBSERVATIONS }, (_, n) => ({ id: `part-${n}`, label: "good" }));
  const last = await until(async () => {
    const answer = await post("/v1/labels", labels);
    return answer.status === 200 && ((await answer.json()) as { items: { result: string }[] });
  });
  expect(last.items.map(({ result }) => result)).toEqual(labels.map(() => "matched"));
});
