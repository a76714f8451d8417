import { describe, expect, it } from "vitest";
import { linearScale, logScale, rangeScale, timeScale } from "../../../../src/http/page/scale.ts";

describe("a linear scale", () => {
  it("widens its domain to round numbers", () => {
    const scale = linearScale(0.71, 1);
    expect(scale.domain).toEqual([0.7, 1]);
    expect(scale.ticks).toEqual([0.7, 0.8, 0.9, 1]);
    expect(scale.place(0.85)).toBeCloseTo(0.5);
  });

  it("clips what is outside, and lets NaN through as NaN", () => {
    const scale = linearScale(0, 1);
    expect([scale.place(-5), scale.place(5)]).toEqual([0, 1]);
    expect(scale.place(Number.NaN)).toBeNaN();
  });

  it("has a width even when all values are the same", () => {
    expect(linearScale(1, 1).domain[1]).toBeGreaterThan(1);
    expect(rangeScale(4, 4).place(4)).toBe(0.5);
  });
});

describe("a logarithmic scale", () => {
  it("has ticks at 1 and 3 of each decade, and 1 where it belongs", () => {
    const scale = logScale(0.1, 20);
    expect(scale.ticks).toEqual([0.1, 0.3, 1, 3, 10, 30]);
    expect(scale.place(1)).toBeCloseTo(Math.log(10) / Math.log(300));
  });

  it("puts zero and negative scores on its floor", () => {
    expect([logScale(0.1, 3).place(0), logScale(0.1, 3).place(-2)]).toEqual([0, 0]);
  });
});

describe("a time scale", () => {
  it.each([
    [600, 120],
    [6 * 3600, 3600],
    [86_400, 6 * 3600],
    [90 * 86_400, 30 * 86_400],
  ])("over %d s has ticks every %d s", (span, step) => {
    const ticks = timeScale(1_699_963_200, 1_699_963_200 + span).ticks;
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect((ticks[1] as number) - (ticks[0] as number)).toBe(step);
    expect((ticks[0] as number) % 60).toBe(0);
  });

  it("survives a single moment", () => {
    expect(timeScale(100, 100).place(100)).toBe(0);
  });
});
