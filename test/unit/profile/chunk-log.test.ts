import { describe, expect, it } from "vitest";
import { ChunkLog } from "../../../src/profile/chunk-log.ts";
import type { RecordedPrediction } from "../../../src/profile/profile.ts";

const SHAPE = { statistics: ["s"], classCount: 2, components: 1 };
const OPTIONS = { shape: SHAPE, chunkSeconds: 60, chunkImages: 1000, retentionSeconds: 86_400 };

function prediction(timeSeconds: number): RecordedPrediction {
  const outcome = { classIndex: 0, confidence: 0.9 };
  return { id: String(timeSeconds), timeSeconds, weight: 1, outcome, calibratedConfidence: 0.8 };
}

function record(log: ChunkLog, timeSeconds: number): void {
  log.live(timeSeconds).recordPrediction(prediction(timeSeconds));
}

function recordImage(log: ChunkLog, timeSeconds: number): void {
  const features = {
    ids: ["i"],
    timeSeconds,
    weight: 1,
    statistics: Float64Array.of(1),
    embedding: new Float32Array(1),
  };
  const projected = { components: Float64Array.of(0.5), bins: Uint8Array.of(4), energy: 1, reconstructionError: 0.1 };
  log.live(timeSeconds).recordImage(features, projected, false);
}

const minutes = (count: number): { name: string; durationSeconds: number } => ({
  name: `${count}m`,
  durationSeconds: count * 60,
});

describe("the chunk log", () => {
  it("gives an empty window before anything came", () => {
    const log = new ChunkLog(OPTIONS);
    expect(log.window(minutes(10), 1000).predictions.count).toBe(0);
    expect(log.at(0)).toBeUndefined();
    expect(log.advance(10)).toBe(false);
  });

  it("holds one prediction in every window", () => {
    const log = new ChunkLog(OPTIONS);
    record(log, 5);
    expect(log.window(minutes(1), 6).predictions.count).toBe(1);
    expect(log.window(minutes(60), 6).predictions.count).toBe(1);
  });

  it("gives windows whose edge is off by at most half a chunk, whatever their length", () => {
    const log = new ChunkLog(OPTIONS);
    for (let t = 0; t < 40_000; t += 5) {
      record(log, t);
      if (t % 15 === 0) log.advance(t);
      if (t % 1_805 !== 0 || t < 20_000) continue;
      for (const count of [5, 10, 60, 300]) {
        const held = log.window(minutes(count), t).predictions.count * 5;
        const tolerance = Math.max(60, count * 60 * 0.125) / 2 + 15;
        expect(Math.abs(held - count * 60)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it("keeps a number of chunks that grows with the logarithm of time, and forgets what is too old", () => {
    const log = new ChunkLog({ ...OPTIONS, retentionSeconds: 200_000 });
    const lengths: number[] = [];
    for (let t = 0; t < 600_000; t += 30) {
      record(log, t);
      log.advance(t);
      if (t % 100_000 === 0 && t > 0) lengths.push(log.length);
    }
    expect(Math.max(...lengths)).toBeLessThan(130);
    const kept = log.window({ name: "all", durationSeconds: 1e9 }, 600_000).predictions.count * 30;
    expect(kept).toBeGreaterThan(190_000);
    expect(kept).toBeLessThan(260_000);
  });

  it("closes a chunk when it holds enough images, so that a window of images is exact to one chunk", () => {
    const log = new ChunkLog({ ...OPTIONS, chunkImages: 10 });
    for (let image = 0; image < 100; image++) recordImage(log, image / 100);
    const held = log.window({ name: "last", images: 50 }, 1).images.count;
    expect(held).toBeGreaterThanOrEqual(50);
    expect(held).toBeLessThanOrEqual(60);
  });

  it("finds the chunk of a past prediction, so that a late label counts at prediction time", () => {
    const log = new ChunkLog(OPTIONS);
    for (let t = 0; t < 7_200; t += 10) {
      record(log, t);
      log.advance(t);
    }
    log.at(1_000)?.recordLabel(prediction(1_000), 0, 1);
    expect(log.window(minutes(10), 7_200).labels.count).toBe(0);
    expect(log.window(minutes(120), 7_200).labels.count).toBe(1);
    expect(log.at(-5)).toBeUndefined();
  });

  it("sees a label that comes after the window was read", () => {
    const log = new ChunkLog(OPTIONS);
    for (let t = 0; t < 300; t += 10) {
      record(log, t);
      log.advance(t);
    }
    expect(log.window(minutes(10), 300).labels.count).toBe(0);
    log.at(10)?.recordLabel(prediction(10), 0, 1);
    expect(log.window(minutes(10), 300).labels.count).toBe(1);
  });

  it("takes a prediction whose clock went back into an earlier chunk and loses nothing", () => {
    const log = new ChunkLog(OPTIONS);
    record(log, 1_000);
    record(log, 1_100);
    record(log, 1_010);
    record(log, 3);
    expect(log.window({ name: "all", durationSeconds: 1e6 }, 1_100).predictions.count).toBe(4);
  });

  it("ignores and counts what is older than it keeps anything for", () => {
    const log = new ChunkLog({ ...OPTIONS, retentionSeconds: 600 });
    record(log, 10_000);
    log.advance(10_000);
    record(log, 9_399);
    record(log, 9_401);
    expect(log.ignoredCount).toBe(1);
    expect(log.window({ name: "all", durationSeconds: 1e6 }, 10_000).predictions.count).toBe(2);
  });

  it("recovers from a sender whose clock ran a year ahead", () => {
    const log = new ChunkLog(OPTIONS);
    const year = 365 * 86_400;
    record(log, 1_000);
    for (let t = 1_015; t < 3_000; t += 15) {
      record(log, t + year);
      record(log, t);
      log.advance(t);
    }
    expect(log.ignoredCount).toBe(0);
    expect(log.length).toBeGreaterThan(20);
    // Two predictions every 15 s.
    const held = (log.window(minutes(5), 3_000).predictions.count * 15) / 2;
    expect(held).toBeGreaterThan(250);
    expect(held).toBeLessThan(350);
  });

  it("does not stretch a chunk over a silence", () => {
    const log = new ChunkLog(OPTIONS);
    record(log, 0);
    record(log, 7_200);
    log.advance(7_201);
    expect(log.window(minutes(70), 7_201).predictions.count).toBe(1);
    expect(log.at(3_600)?.predictions.count).toBe(1);
  });

  it("keeps few rows of a closed chunk when classes are many", () => {
    const log = new ChunkLog({ ...OPTIONS, shape: { ...SHAPE, classCount: 500 } });
    const probabilities = new Float64Array(500).fill(0.002);
    for (let t = 0; t < 120; t += 0.25) {
      const outcome = { classIndex: 0, confidence: 0.002, probabilities };
      log.live(t).recordPrediction({ ...prediction(t), outcome });
    }
    log.advance(120);
    expect(log.at(0)?.predictions.rows.size).toBe(32);
    expect(log.at(0)?.predictions.count).toBe(240);
  });

  it("does not let a reader change what it keeps", () => {
    const log = new ChunkLog(OPTIONS);
    record(log, 5);
    log.window(minutes(10), 6).recordPrediction(prediction(6));
    expect(log.window(minutes(10), 6).predictions.count).toBe(1);
  });

  it("comes back from its state and goes on", () => {
    const log = new ChunkLog(OPTIONS);
    for (let t = 0; t < 5_000; t += 10) {
      record(log, t);
      log.advance(t);
    }
    const restored = new ChunkLog(OPTIONS);
    restored.restore(log.toState());
    for (const each of [log, restored]) record(each, 5_001);
    expect(restored.window(minutes(30), 5_001).predictions.count).toBe(
      log.window(minutes(30), 5_001).predictions.count,
    );
  });

  it("refuses a state of another version or shape", () => {
    const log = new ChunkLog(OPTIONS);
    record(log, 1);
    expect(() => log.restore({ ...log.toState(), version: 2 as never })).toThrow(/version 2/);
    const other = new ChunkLog({ ...OPTIONS, shape: { ...SHAPE, classCount: 3 } });
    expect(() => other.restore(log.toState())).toThrow(/different shapes/);
  });
});
