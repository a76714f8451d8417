import { describe, expect, it } from "vitest";
import { Telemetry } from "../../../src/metrics/self.ts";
import { newTapCounters } from "../../../src/tap/tap-counters.ts";

describe("telemetry", () => {
  it("has every reason at zero before anything happened", () => {
    const snapshot = new Telemetry().snapshot();
    for (const record of [
      snapshot.exchangesDropped,
      snapshot.predictionsRejected,
      snapshot.imagesDropped,
      snapshot.labels,
      snapshot.snapshotsRejected,
    ]) {
      expect(Object.keys(record).length).toBeGreaterThan(4);
      expect(new Set(Object.values(record))).toEqual(new Set([0]));
    }
    expect(snapshot).not.toHaveProperty("lastImageSeconds");
    expect(snapshot).not.toHaveProperty("tap");
  });

  it("keeps the newest image when they come out of order", () => {
    const telemetry = new Telemetry();
    for (const time of [10, 30, 20]) telemetry.imageSeen(time);
    expect(telemetry.snapshot()).toMatchObject({ imagesSeen: 3, lastImageSeconds: 30 });
  });

  it("times a stage, also when its work fails", async () => {
    let now = 0;
    const telemetry = new Telemetry(() => now);
    const work = async (seconds: number): Promise<string> => {
      now += seconds;
      if (seconds > 1) throw new Error("broken");
      return "done";
    };
    expect(await telemetry.timed("decode", () => work(0.25))).toBe("done");
    await expect(telemetry.timed("decode", () => work(2))).rejects.toThrow("broken");
    const { decode, embed } = telemetry.snapshot().stages;
    expect(decode.sum).toBe(2.25);
    expect(decode.counts.reduce((sum, count) => sum + count)).toBe(2);
    expect(embed.sum).toBe(0);
  });

  it("counts a label that came before its prediction as not delayed", () => {
    const telemetry = new Telemetry();
    telemetry.labelDelayed(-5);
    telemetry.labelDelayed(Number.NaN);
    const { counts, sum } = telemetry.snapshot().labelDelay;
    expect([counts[0], sum]).toEqual([1, 0]);
  });

  it("remembers the last success of reloads and saves when the next one fails", () => {
    const telemetry = new Telemetry();
    telemetry.configLoaded(100);
    telemetry.configRefused();
    telemetry.snapshotSaved(200);
    telemetry.snapshotFailed();
    expect(telemetry.snapshot()).toMatchObject({
      reload: { successful: false, succeededSeconds: 100 },
      snapshot: { failures: 1, savedSeconds: 200 },
    });
  });

  it("tells how old the tap's report is", () => {
    let now = 50;
    const telemetry = new Telemetry(() => now);
    telemetry.tapCounters({ ...newTapCounters(), connections: 2 });
    now = 53;
    expect(telemetry.snapshot().tap).toMatchObject({ ageSeconds: 3, counters: { connections: 2 } });
  });
});
