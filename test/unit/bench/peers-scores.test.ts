import { describe, expect, it } from "vitest";
import { type DriftResult, quantile, scoreAccuracy, scoreDrift, scoreOnline } from "../../../bench/peers-scores.ts";

const result = (window: number, score: number, alarm = false): DriftResult => ({
  method: "m",
  n: 20,
  window,
  score,
  alarm,
});
/** Windows 0 to 99 are clean, even ones of reference 0; the next 20 are noise, the last 20 blur. */
const planOf = (window: number): { reference: number; shift: string } => ({
  reference: window % 2,
  shift: window < 100 ? "null" : window < 120 ? "noise" : "blur",
});

describe("scoreDrift", () => {
  it("is NaN without windows", () => {
    expect(scoreDrift([], planOf).power).toBeNaN();
  });

  it("counts what is above 95 % of the clean scores of the same reference, mean over the shifts", () => {
    // Reference 1 scores a thousand higher, and its threshold with it.
    const clean = Array.from({ length: 100 }, (_, window) => result(window, window + 1000 * (window % 2), window < 7));
    const noise = Array.from({ length: 20 }, (_, i) => result(100 + i, 500 + 1000 * (i % 2)));
    const blur = Array.from({ length: 20 }, (_, i) => result(120 + i, 1000 * (i % 2)));
    const score = scoreDrift([...clean, ...noise, ...blur], planOf);
    expect(score).toEqual({ power: 0.5, falseAlarms: 0.07, cleanWindows: 100 });
  });
});

describe("scoreOnline", () => {
  it("takes the median delay after the shift and leaves earlier alarms out", () => {
    const first = new Map([
      ["null", [49, -1]],
      ["noise", [20, 109, 119, -1]],
    ]);
    const length = (stream: string): number => (stream === "null" ? 250 : 600);
    expect(scoreOnline(first, length, 100)).toEqual({ imagesPerFalseAlarm: 300, delay: 19 });
  });
});

describe("scoreAccuracy", () => {
  it("gives errors in points by group, the worst corruption and the coverage without unknown classes", () => {
    const { byGroup, worstCorruption, coverage } = scoreAccuracy([
      { group: "corruption", set: "noise", error: 0.02, covered: true },
      { group: "corruption", set: "blur", error: 0.1, covered: false },
      { group: "unknown", set: "unknown_10", error: 0.4, covered: false },
    ]);
    expect(byGroup.get("corruption")).toBeCloseTo(6, 9);
    expect(byGroup.get("unknown")).toBeCloseTo(40, 9);
    expect(worstCorruption).toBeCloseTo(10, 9);
    expect(coverage).toBe(50);
  });
});

describe("quantile", () => {
  it("is NaN of nothing, and interpolates", () => {
    expect(quantile([], 0.5)).toBeNaN();
    expect(quantile([4, 1, 2], 0.75)).toBe(3);
  });
});
