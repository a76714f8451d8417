import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import type { PlainState } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { STATISTICS } from "../../../src/image/statistics/index.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/state/snapshot-format.ts";

/** Made by this test when it is missing: for a new version of the state only, and the old one stays. */
const FIXTURE = join(import.meta.dirname, "fixtures/monitor-state-v1.bin");
const CLASSES = ["a", "b"];
const DIMENSIONS = 8;
const reference = restoreReference(
  "0123456789ab",
  syntheticArtefact(240, { classes: CLASSES, dimensions: DIMENSIONS }, 1),
);

function newMonitor(): Monitor {
  const options = {
    model: "m",
    modelVersion: "",
    classes: CLASSES,
    reference,
    windows: [{ name: "1h", durationSeconds: 3_600 }],
    chunkSeconds: 60,
    chunkImages: 100,
    budget: { everySeconds: 30 * 86_400, imagesPerSecond: 5, assessSeconds: 15 },
    labels: { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" },
    gallery: { imagesPerGroup: 4, keepSeconds: 60 },
  } as const;
  return new Monitor(options, new LabelTable(new MemoryStore({ maxKeys: 100 }), CLASSES, options.labels));
}

/** A monitor in which every part of the state has something in it. */
async function usedMonitor(): Promise<Monitor> {
  const random = seededRandom(9);
  const monitor = newMonitor();
  for (let n = 0; n < 40; n++) {
    const about = {
      ids: [`i${n}`],
      timeSeconds: 1_000 + n,
      weight: 1,
      outcome: { classIndex: n % 2, confidence: 0.9 },
    };
    await monitor.recordPrediction({ ...about, modelVersion: "1" });
    const statistics = Float64Array.from(STATISTICS, () => random.next());
    const embedding = Float32Array.from({ length: DIMENSIONS }, () => random.next());
    monitor.recordImage({ ...about, statistics, embedding });
  }
  for (let n = 0; n < 25; n++) await monitor.label({ id: `i${n}`, label: n % 5 === 0 ? "b" : "a" }, 1_100);
  await monitor.assess(1_100);
  await monitor.assess(1_115);
  return monitor;
}

/** Names and types, without the lengths of lists. */
function shapeOf(value: PlainState): unknown {
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].sort();
  if (value === null || typeof value !== "object") return typeof value;
  const entries = Object.entries(value as Record<string, PlainState>).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, shapeOf(inner)]));
}

function stored(): PlainState {
  const decoded = decodeSnapshot("fixture", readFileSync(FIXTURE));
  if (!("state" in decoded)) return expect.fail(decoded.reason);
  return decoded.state;
}

describe("the state of a monitor", () => {
  it("of version 1 is still taken up", async () => {
    if (!existsSync(FIXTURE)) writeFileSync(FIXTURE, encodeSnapshot("fixture", (await usedMonitor()).toState()));
    const monitor = newMonitor();
    monitor.restore(stored());
    await monitor.assess(1_130);
    const { windows, labels, history } = monitor.assessment();
    expect(windows[0]).toMatchObject({ predictionCount: 40, imageCount: 40, labelCount: 25 });
    expect(labels).toMatchObject({ awaiting: 15, lastLabelSeconds: 1_100 });
    expect(history).toHaveLength(3);
  });

  it("has the shape of its version: another shape needs another version and a file of the old one", async () => {
    expect(shapeOf((await usedMonitor()).toState())).toEqual(shapeOf(stored()));
  });

  it("is as before when another cannot be taken up", async () => {
    const monitor = await usedMonitor();
    const before = monitor.toState();
    const broken = { ...(before as Record<string, PlainState>), history: null, chunks: { version: 1, chunks: [] } };
    expect(() => monitor.restore(broken)).toThrow();
    expect(monitor.toState()).toEqual(before);
  });
});
