import { describe, expect, it } from "vitest";
import { areaBetween, bridgeAreaMoments } from "../../../src/math/wasserstein.ts";

describe("areaBetween", () => {
  it("is a trapezium on one side of 0 and two triangles across it", () => {
    expect(areaBetween(1, 3, 2)).toBe(4);
    expect(areaBetween(-1, -3, 2)).toBe(4);
    expect(areaBetween(-1, 1, 2)).toBe(1);
    expect(areaBetween(-1, 3, 4)).toBe(5);
    expect(areaBetween(0, 0, 7)).toBe(0);
  });
});

describe("bridgeAreaMoments", () => {
  const uniform = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ length: 1 / count, level: (i + 0.5) / count }));

  it("has the exact moments of the uniform law", () => {
    const { mean, variance } = bridgeAreaMoments(uniform(400));
    expect(mean).toBeCloseTo((Math.sqrt(2 / Math.PI) * Math.PI) / 8, 4);
    // E(∫|B|)² = 7/60 (Shepp 1982).
    expect(variance).toBeCloseTo(7 / 60 - (2 / Math.PI) * (Math.PI / 8) ** 2, 3);
  });

  it("scales with the unit", () => {
    const { mean, variance } = bridgeAreaMoments(uniform(50));
    const scaled = bridgeAreaMoments(uniform(50).map(({ length, level }) => ({ length: 10 * length, level })));
    expect(scaled.mean).toBeCloseTo(10 * mean, 9);
    expect(scaled.variance).toBeCloseTo(100 * variance, 9);
  });

  it("is nothing without a spread", () => {
    expect(bridgeAreaMoments([])).toEqual({ mean: 0, variance: 0 });
    expect(bridgeAreaMoments([{ length: 5, level: 1 }])).toEqual({ mean: 0, variance: 0 });
  });
});
