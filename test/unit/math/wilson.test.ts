import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../../src/math/wilson.ts";

describe("the Wilson interval", () => {
  it("is everything without trials", () => {
    expect(wilsonInterval(Number.NaN, 0)).toEqual({ lower: 0, upper: 1 });
  });

  it("gives the worked number at 90 %", () => {
    const { lower, upper } = wilsonInterval(0.9, 10);
    expect(lower).toBeCloseTo(0.6523, 4);
    expect(upper).toBeCloseTo(0.9774, 4);
  });

  it("has no width 0 and stays within 0 and 1 where all or none are right", () => {
    const all = wilsonInterval(1, 5);
    expect(all.upper).toBeCloseTo(1, 12);
    expect(all.lower).toBeCloseTo(5 / (5 + 1.6448536 ** 2), 6);
    expect(wilsonInterval(0, 5).lower).toBe(0);
    expect(wilsonInterval(0, 5).upper).toBeCloseTo(1 - all.lower, 12);
  });

  it("solves p̂ − p = ±z·√(p(1−p)/n), whose solution it is", () => {
    const { lower, upper } = wilsonInterval(0.3, 40);
    for (const p of [lower, upper]) expect(Math.abs(0.3 - p) / Math.sqrt((p * (1 - p)) / 40)).toBeCloseTo(1.6448536, 6);
  });
});
