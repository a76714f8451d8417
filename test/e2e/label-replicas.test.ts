import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { seededRandom } from "../../src/core/random.ts";
import { RedisServer } from "../contracts/fixtures/redis-server.ts";
import { answers, startProgram, stop, until } from "./fixtures/program.ts";

/** Two analysers and one server; every label goes to the replica that did not see its prediction. */
const PREDICTIONS = 2_000;
const BATCH = 100;
const CLASSES = ["good", "bent", "torn"];

interface Replica {
  readonly metrics: number;
  readonly api: number;
  readonly process: ChildProcess;
}

interface Answered {
  readonly accepted: number;
  readonly items: readonly { readonly id: string; readonly result: string; readonly token?: string }[];
}

let folder: string;
let server: RedisServer;
let replicas: readonly [Replica, Replica];

async function startReplica(name: string): Promise<Replica> {
  const [metrics, api, page] = (await freePorts(3)) as [number, number, number];
  const config = join(folder, `${name}.yaml`);
  writeFileSync(
    config,
    `
model: { name: parts, classes: [${CLASSES.join(", ")}] }
drift: { assessEvery: 1s }
labels: { shared: { address: "127.0.0.1:${server.port}", timeout: 5s }, token: { keyFile: "${join(folder, "keys")}" } }
limits: { labelsPerSecond: 100000 }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`,
  );
  const process = startProgram(["serve", "--config", config]);
  await until(() => answers(`http://127.0.0.1:${metrics}/-/ready`));
  await until(async () => (await value({ metrics, api, process }, "vision_shared_labels_degraded")) === 0);
  return { metrics, api, process };
}

async function post({ api }: Replica, path: string, items: readonly unknown[]): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${api}${path}`, {
    method: "POST",
    body: JSON.stringify(items),
    headers: { "content-type": "application/json" },
  });
  expect([200, 207]).toContain(response.status);
  return (await response.json()) as Answered;
}

/** Sum of the samples of a metric whose labels hold all of `labels`. */
async function value({ metrics }: Replica, name: string, ...labels: readonly string[]): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)));
  expect(lines.length).toBeGreaterThan(0);
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function sum(name: string, ...labels: readonly string[]): Promise<number> {
  const values = await Promise.all(replicas.map((replica) => value(replica, name, ...labels)));
  return values.reduce((total, each) => total + each, 0);
}

const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) => items.slice(n * BATCH, (n + 1) * BATCH));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vision-replicas-"));
  writeFileSync(join(folder, "keys"), `${"k".repeat(44)}\n`);
  server = await RedisServer.start();
  replicas = [await startReplica("first"), await startReplica("second")];
});

afterAll(async () => {
  await Promise.all((replicas ?? []).map(({ process }) => stop(process)));
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe("two replicas that share a label table", () => {
  it("count the true accuracy together when every label comes to the other replica, early, twice or corrected", async () => {
    const random = seededRandom(5);
    const pick = (): string => CLASSES[Math.floor(random.next() * CLASSES.length)] as string;
    const sent = Array.from({ length: PREDICTIONS }, (_, n) => {
      const truth = pick();
      const mistaken = random.next() < 0.15;
      return {
        id: `part-${n}`,
        predicted: random.next() < 0.8 ? truth : pick(),
        truth,
        first: mistaken ? pick() : truth,
        seenBy: n % 2,
        early: n % 10 === 3,
        twice: n % 7 === 0,
      };
    });
    const other = (seenBy: number): Replica => replicas[1 - seenBy] as Replica;
    const label = async (wanted: typeof sent, key: "truth" | "first"): Promise<void> => {
      for (const seenBy of [0, 1]) {
        const ours = wanted.filter((each) => each.seenBy === seenBy);
        for (const batch of batches(ours))
          await post(
            other(seenBy),
            "/v1/labels",
            batch.map((each) => ({ id: each.id, label: each[key] })),
          );
      }
    };
    await label(
      sent.filter(({ early }) => early),
      "first",
    );
    for (const seenBy of [0, 1]) {
      for (const batch of batches(sent.filter((each) => each.seenBy === seenBy))) {
        const observations = batch.map(({ id, predicted }) => ({ id, prediction: { label: predicted } }));
        expect((await post(replicas[seenBy] as Replica, "/v1/observations", observations)).accepted).toBe(batch.length);
      }
    }
    await label(
      sent.filter(({ early }) => !early),
      "first",
    );
    await label(
      sent.filter(({ twice }) => twice),
      "first",
    );
    await label(
      sent.filter(({ first, truth }) => first !== truth),
      "truth",
    );

    // Corrections came last, so a scrape that has them has everything.
    const corrected = sent.filter(({ first, truth }) => first !== truth).length;
    await until(async () => (await sum("vision_labels_total", 'result="corrected"')) === corrected);
    const right = sent.filter(({ predicted, truth }) => predicted === truth).length;
    const labelled = await sum("vision_labelled_predictions_total");
    const incorrect =
      (await sum("vision_labelled_incorrect_predictions_total")) +
      (await sum("vision_label_corrections_total", 'now="incorrect"')) -
      (await sum("vision_label_corrections_total", 'now="correct"'));
    expect(labelled).toBe(PREDICTIONS);
    expect(1 - incorrect / labelled).toBe(right / PREDICTIONS);
    expect(await sum("vision_labels_total", 'result="duplicate"')).toBe(sent.filter(({ twice }) => twice).length);
    expect(await sum("vision_labels_total", 'result="pending"')).toBe(sent.filter(({ early }) => early).length);
    expect(await sum("vision_shared_labels_fallbacks_total")).toBe(0);
    await until(async () => (await sum("vision_predictions_awaiting_label")) === 0);
  });

  it("join a label by its token after the server forgot everything, once", async () => {
    const [first, second] = replicas;
    const before = await sum("vision_labelled_predictions_total");
    const twice = await sum("vision_labels_total", 'result="duplicate"');
    const { items } = await post(first, "/v1/observations", [{ id: "signed", prediction: { label: "good" } }]);
    await server.ask("FLUSHALL");
    const label = { token: items[0]?.token, label: "bent" };
    const results = [];
    for (const replica of [second, first]) results.push((await post(replica, "/v1/labels", [label])).items[0]);
    expect(results).toEqual([
      { id: "signed", accepted: true, result: "matched" },
      { id: "signed", accepted: true, result: "duplicate" },
    ]);
    // A scrape may be a second old, at each replica another one.
    await until(async () => (await sum("vision_labels_total", 'result="duplicate"')) === twice + 1);
    await until(async () => (await sum("vision_labelled_predictions_total")) === before + 1);
  });

  it("join on their own while the server is gone, and together again once it is back", async () => {
    const [first, second] = replicas;
    await server.kill();
    await until(async () => (await value(first, "vision_shared_labels_degraded")) === 1);
    await post(first, "/v1/observations", [{ id: "alone", prediction: { label: "good" } }]);
    expect((await post(first, "/v1/labels", [{ id: "alone", label: "good" }])).items[0]?.result).toBe("matched");
    expect((await post(first, "/v1/labels", [{ id: "owed", label: "good" }])).items[0]?.result).toBe("pending");
    await until(
      async () => (await value(first, "vision_shared_labels_fallbacks_total", 'reason="disconnected"')) === 2,
    );
    await server.restart();
    await until(async () => (await sum("vision_shared_labels_degraded")) === 0);
    const before = await sum("vision_labelled_predictions_total");
    await post(second, "/v1/observations", [{ id: "owed", prediction: { label: "good" } }]);
    await until(async () => (await sum("vision_labelled_predictions_total")) === before + 1);
    await post(first, "/v1/observations", [{ id: "together", prediction: { label: "good" } }]);
    expect((await post(second, "/v1/labels", [{ id: "together", label: "good" }])).items[0]?.result).toBe("matched");
  });
});
