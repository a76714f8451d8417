/**
 * How fast predictions reach the disk while the event loop is busy with other work: each turn of the loop is held for some
 * milliseconds, and a set number of predictions is under way all the time. Run: node dist/bench/store.js
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LabelTable } from "../src/monitor/label-table.ts";
import { LmdbStore } from "../src/state/lmdb.ts";

export interface StoreFigures {
  readonly busyMilliseconds: number;
  readonly predictionsPerSecond: number;
  /** From the call to the promise that says "on disk". */
  readonly longestMilliseconds: number;
}

const BUSY_MILLISECONDS = [0, 5, 15, 30];
const MEASURED_MILLISECONDS = 4_000;
const UNDER_WAY = 100;

export async function benchStore(): Promise<readonly StoreFigures[]> {
  const figures: StoreFigures[] = [];
  for (const busyMilliseconds of BUSY_MILLISECONDS) figures.push(await measure(busyMilliseconds));
  return figures;
}

async function measure(busyMilliseconds: number): Promise<StoreFigures> {
  const directory = mkdtempSync(join(tmpdir(), "vision-bench-"));
  const store = new LmdbStore(directory, { maxKeys: 1_000_000 });
  const options = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;
  const labels = new LabelTable(store, ["a", "b"], options);
  const start = performance.now();
  const end = start + MEASURED_MILLISECONDS;
  let written = 0;
  let longestMilliseconds = 0;
  const sender = async (number: number): Promise<void> => {
    for (let sequence = 0; performance.now() < end; sequence++) {
      const id = `${number}-${sequence}`;
      const called = performance.now();
      await labels.remember([id, `request-${id}`], prediction(id));
      longestMilliseconds = Math.max(longestMilliseconds, performance.now() - called);
      written += 1;
    }
  };
  const senders = Promise.all(Array.from({ length: UNDER_WAY }, (_, number) => sender(number)));
  while (performance.now() < end) {
    const turn = performance.now();
    while (performance.now() - turn < busyMilliseconds);
    await nextTurn();
  }
  await senders;
  const seconds = (performance.now() - start) / 1_000;
  await store.close();
  rmSync(directory, { recursive: true });
  return { busyMilliseconds, predictionsPerSecond: written / seconds, longestMilliseconds };
}

function prediction(id: string) {
  const scores = { confidence: 0.9, calibratedConfidence: 0.8 };
  return { id, timeSeconds: 1_700_000_000, weight: 1, classIndex: 0, modelVersion: "1", ...scores };
}

export function toMarkdown(figures: readonly StoreFigures[]): string {
  const rows = figures.map(
    ({ busyMilliseconds, predictionsPerSecond, longestMilliseconds }) =>
      `| ${busyMilliseconds} | ${predictionsPerSecond.toFixed(0)} | ${longestMilliseconds.toFixed(0)} |`,
  );
  return [
    "| other work in each turn of the event loop, ms | predictions on disk/s, 100 under way (goal ≥ 1,000 beside 15 ms) | longest until on disk, ms |",
    "|---|---|---|",
    ...rows,
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${toMarkdown(await benchStore())}\n`);
