/**
 * The store at its default bound of a million predictions, without the bound in bytes: what one costs to write, on disk and to forget, and how long a
 * start takes after a clean end and after a kill. Run: node dist/bench/store-million.js [predictions]
 */
import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { LabelTable } from "../src/monitor/label-table.ts";
import { LmdbStore } from "../src/state/lmdb.ts";
import { openLmdbStore } from "../src/state/open-lmdb.ts";

export interface MillionFigures {
  readonly predictions: number;
  readonly bytes: number;
  readonly writeCpuMicroseconds: number;
  readonly openSeconds: { readonly clean: number; readonly killed: number };
  readonly forgetCpuMicroseconds: number;
  readonly longestHoldMilliseconds: number;
}

const AT_ONCE = 1_000;
const FORGOTTEN_RATIO = 0.1;

export async function benchMillion(predictions = 1_000_000): Promise<MillionFigures> {
  const folder = mkdtempSync(join(tmpdir(), "vision-million-"));
  const directory = join(folder, "labels");
  const killed = join(folder, "killed");
  try {
    const store = new LmdbStore(directory, { maxKeys: predictions });
    const writing = process.cpuUsage();
    await fill(store, predictions);
    const writeCpuMicroseconds = cpuSince(writing) / predictions;
    // Nothing is under way, so that the file is what a kill leaves.
    cpSync(directory, killed, { recursive: true });
    await store.close();
    const opened = await timedOpen(killed, predictions);
    await opened.store.close();
    const clean = await timedOpen(directory, Math.round((1 - FORGOTTEN_RATIO) * predictions));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const forgetting = process.cpuUsage();
    const { size } = await clean.store.evict(0);
    const forgetCpuMicroseconds = cpuSince(forgetting) / size;
    delay.disable();
    await clean.store.close();
    return {
      predictions,
      bytes: statSync(join(directory, "data.mdb")).size / predictions,
      writeCpuMicroseconds,
      openSeconds: { clean: clean.seconds, killed: opened.seconds },
      forgetCpuMicroseconds,
      longestHoldMilliseconds: delay.max / 1e6,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(store: LmdbStore, predictions: number): Promise<void> {
  const options = { keepSeconds: 604_800, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;
  const labels = new LabelTable(store, ["a", "b"], options);
  for (let first = 0; first < predictions; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => remember(labels, number)));
  }
}

function remember(labels: LabelTable, number: number): Promise<unknown> {
  const id = `request-${String(number).padStart(20, "0")}`;
  const scores = { confidence: 0.9 + number / 1e9, calibratedConfidence: 0.8 + number / 1e9 };
  const timeSeconds = 1_700_000_000 + number / 100;
  return labels.remember([id], {
    id,
    timeSeconds,
    weight: 1,
    classIndex: number % 2,
    modelVersion: "2026-11",
    ...scores,
  });
}

async function timedOpen(directory: string, maxKeys: number): Promise<{ store: LmdbStore; seconds: number }> {
  const start = performance.now();
  const { store, setAside } = await openLmdbStore(directory, { maxKeys });
  if (setAside !== undefined) throw new Error("the store was taken for damaged");
  await store.count();
  return { store, seconds: (performance.now() - start) / 1000 };
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

export function toMarkdown(figures: MillionFigures): string {
  const { predictions, bytes, writeCpuMicroseconds, openSeconds, forgetCpuMicroseconds, longestHoldMilliseconds } =
    figures;
  return [
    `| with ${predictions.toLocaleString("en")} predictions of one id each | |`,
    "|---|---|",
    `| bytes on disk a prediction | ${bytes.toFixed(0)} |`,
    `| CPU to keep one, µs | ${writeCpuMicroseconds.toFixed(1)} |`,
    `| CPU to forget one, µs | ${forgetCpuMicroseconds.toFixed(1)} |`,
    `| longest hold of the event loop while a tenth is forgotten, ms | ${longestHoldMilliseconds.toFixed(0)} |`,
    `| start after a clean end, s (goal ≤ 5) | ${openSeconds.clean.toFixed(1)} |`,
    `| start after a kill, s (goal ≤ 5) | ${openSeconds.killed.toFixed(1)} |`,
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(`${toMarkdown(await benchMillion(Number(process.argv[2] ?? 1_000_000)))}\n`);
}
