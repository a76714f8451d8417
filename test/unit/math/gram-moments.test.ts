import { describe, expect, it } from "vitest";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { gramMoments } from "../../../src/math/gram-moments.ts";

describe("gramMoments", () => {
  it("is zero for fewer than three rows", () => {
    const zeros = { trace: 0, pairSquares: 0, triangles: 0, pairCubes: 0 };
    expect(gramMoments([])).toEqual(zeros);
    expect(gramMoments([Float64Array.of(1), Float64Array.of(2)])).toEqual(zeros);
  });

  it("is the worked number: 1, −1, 1, −1", () => {
    const { trace, pairSquares } = gramMoments([1, -1, 1, -1].map((value) => Float64Array.of(value)));
    expect(trace).toBeCloseTo(4 / 3, 12);
    expect(pairSquares).toBeCloseTo(16 / 9, 12);
  });

  it("does not change when a constant is added to every row", () => {
    const rows = [Float64Array.of(1, 2), Float64Array.of(-3, 0), Float64Array.of(5, 1), Float64Array.of(0, 0)];
    const moved = gramMoments(rows.map((row) => row.map((value) => value + 7)));
    for (const [key, value] of Object.entries(gramMoments(rows))) {
      expect(moved[key as keyof typeof moved]).toBeCloseTo(value, 9);
    }
  });

  it("estimates the traces of the covariance's first three powers", () => {
    const random = seededRandom(3);
    const deviations = [2, 1, 0.5];
    const rows = Array.from({ length: 800 }, () => Float64Array.from(deviations, (s) => s * standardNormal(random)));
    const ratio = (estimate: number, power: number): number =>
      estimate / deviations.reduce((sum, s) => sum + s ** (2 * power), 0);
    const { trace, pairSquares, triangles, pairCubes } = gramMoments(rows);
    for (const near1 of [ratio(trace, 1), ratio(pairSquares, 2), ratio(triangles, 3)]) {
      expect(near1).toBeGreaterThan(0.75);
      expect(near1).toBeLessThan(1.25);
    }
    // Symmetric rows have no third moment of their products.
    expect(Math.abs(pairCubes)).toBeLessThan(0.1 * pairSquares ** 1.5);
  });
});
