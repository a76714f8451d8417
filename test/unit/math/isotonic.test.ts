import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { isotonicRegression, readCurve } from "../../../src/math/isotonic.ts";

const ascend = (x: readonly number[], y: readonly number[], w?: readonly number[]): number[] => {
  const curve = isotonicRegression(x, y, w);
  return x.map((value) => readCurve(curve, value));
};

describe("isotonic regression", () => {
  it("is NaN without points and constant with one", () => {
    expect(readCurve(isotonicRegression([], []), 0.5)).toBeNaN();
    expect(readCurve(isotonicRegression([0.3], [0.8]), 7)).toBe(0.8);
  });

  it("leaves what ascends already as it is", () => {
    expect(ascend([3, 1, 2], [0.9, 0.1, 0.5])).toEqual([0.9, 0.1, 0.5]);
  });

  it("pools what descends, by weight", () => {
    expect(ascend([1, 2, 3], [0, 1, 0])).toEqual([0, 0.5, 0.5]);
    expect(ascend([1, 2, 3], [0, 1, 0], [1, 3, 1])).toEqual([0, 0.75, 0.75]);
  });

  it("takes equal inputs for one point", () => {
    expect(ascend([1, 1, 2], [1, 0, 0.5])).toEqual([0.5, 0.5, 0.5]);
  });

  it("is linear between knots and constant outside them", () => {
    const curve = isotonicRegression([0, 1], [0.2, 0.6]);
    expect(readCurve(curve, 0.25)).toBeCloseTo(0.3, 12);
    expect(readCurve(curve, -1)).toBe(0.2);
    expect(readCurve(curve, 2)).toBe(0.6);
  });

  it("is the best of all ascending fits: no block can be moved for the better", () => {
    const random = seededRandom(3);
    const x = Array.from({ length: 200 }, () => random.next());
    const y = x.map((value) => (random.next() < value ? 1 : 0));
    const fitted = ascend(x, y);
    const order = [...x.keys()].sort((a, b) => x[a]! - x[b]!);
    for (let i = 1; i < order.length; i++) expect(fitted[order[i]!]).toBeGreaterThanOrEqual(fitted[order[i - 1]!]!);
    // Optimality (Barlow et al. 1972): Σ(y − f) over the first i points is never below 0, and 0 in all.
    let sum = 0;
    for (const index of order) {
      sum += y[index]! - fitted[index]!;
      expect(sum).toBeGreaterThan(-1e-9);
    }
    expect(sum).toBeCloseTo(0, 9);
  });
});
