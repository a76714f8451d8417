/**
 * What a join in a shared table costs: CPU time of this process for a prediction remembered and for its label, and the server's memory for each
 * record. A real redis-server on the loopback address without persistence. Run: node dist/bench/shared-labels.js
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "iovalkey";
import { seededRandom } from "../src/core/random.ts";
import { SharedLabelTable } from "../src/state/shared-label-table.ts";
import { ValkeyClient } from "../src/state/valkey-client.ts";
import { freePort } from "./free-ports.ts";

export interface SharedLabelFigures {
  readonly bytesPerRecord: number;
  readonly rememberMicroseconds: number;
  readonly labelMicroseconds: number;
  readonly joinsPerSecond: number;
}

const RECORDS = 50_000;
/** Of one request with labels. */
const AT_ONCE = 1_000;
const CLASSES = ["a", "b"];

export async function benchSharedLabels(): Promise<SharedLabelFigures> {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmpdir()];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  const asking = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: null }).on("error", () => {});
  try {
    await asking.ping();
    return await measure(port, async () => Number(/used_memory:(\d+)/.exec(await asking.info("memory"))?.[1]));
  } finally {
    asking.disconnect();
    await ended(server);
  }
}

async function measure(port: number, usedBytes: () => Promise<number>): Promise<SharedLabelFigures> {
  const clock = { nowSeconds: () => Date.now() / 1_000, monotonicSeconds: () => performance.now() / 1_000 };
  const address = { host: "127.0.0.1", port, database: 0, tls: false, timeoutSeconds: 5 };
  const client = new ValkeyClient(address, clock, seededRandom(1));
  while (!client.available) await wait(10);
  const rules = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;
  const labels = new SharedLabelTable(client, { keyPrefix: "vision", model: "bench", classes: CLASSES, rules, clock });
  const random = seededRandom(2);
  const ids = Array.from(
    { length: RECORDS },
    () => `0193f0a2-7b1c-7d3e-9f00-${String(random.next()).slice(2, 14).padEnd(12, "0")}`,
  );
  const before = await usedBytes();
  const remembered = await timed(ids, (id) => labels.remember([id], prediction(id, random.next(), clock.nowSeconds())));
  const bytesPerRecord = ((await usedBytes()) - before) / new Set(ids).size;
  const joined = await timed(ids, (id) => labels.label({ id, label: "a" }, clock.nowSeconds()));
  client.close();
  const { microseconds: rememberMicroseconds } = remembered;
  const { microseconds: labelMicroseconds, perSecond: joinsPerSecond } = joined;
  return { bytesPerRecord, rememberMicroseconds, labelMicroseconds, joinsPerSecond };
}

/** CPU time of each operation, all threads of the process. */
async function timed(
  ids: readonly string[],
  operation: (id: string) => Promise<unknown>,
): Promise<{ readonly microseconds: number; readonly perSecond: number }> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    await Promise.all(ids.slice(first, first + AT_ONCE).map(operation));
  }
  const { user, system } = process.cpuUsage(cpu);
  return { microseconds: (user + system) / ids.length, perSecond: (ids.length * 1_000) / (performance.now() - start) };
}

function prediction(id: string, chance: number, timeSeconds: number) {
  const scores = { confidence: 0.5 + chance / 2, calibratedConfidence: 0.5 + chance / 3 };
  return { id, timeSeconds, weight: 1, classIndex: 0, modelVersion: "v12", ...scores };
}

async function ended(server: ChildProcess): Promise<void> {
  const end = once(server, "exit");
  server.kill();
  await end;
}

export function toMarkdown(figures: SharedLabelFigures): string {
  const { bytesPerRecord, rememberMicroseconds, labelMicroseconds, joinsPerSecond } = figures;
  return [
    "| server's memory, bytes a record (goal ≤ 256) | CPU of a prediction remembered, µs | CPU of its label, a read and a write, µs | labels joined/s by one client |",
    "|---|---|---|---|",
    `| ${bytesPerRecord.toFixed(0)} | ${rememberMicroseconds.toFixed(1)} | ${labelMicroseconds.toFixed(1)} | ${joinsPerSecond.toFixed(0)} |`,
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${toMarkdown(await benchSharedLabels())}\n`);
