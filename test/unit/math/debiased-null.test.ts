import { describe, expect, it } from "vitest";
import { debiasedNull } from "../../../src/math/debiased-null.ts";

describe("the null law of a debiased squared distance", () => {
  it("gives the worked number", () => {
    const { variance, skewness } = debiasedNull({ pairSquares: 1, triangles: 0, pairCubes: 0 }, 10, 500);
    expect(variance).toBeCloseTo(0.02303, 5);
    expect(skewness).toBe(0);
  });

  it("takes negative third moments, which only noise gives, for none", () => {
    expect(debiasedNull({ pairSquares: 1, triangles: -1, pairCubes: -1 }, 10, 500).skewness).toBe(0);
  });

  it("is skewed to the right by chains of three images", () => {
    const { skewness } = debiasedNull({ pairSquares: 1, triangles: 0.3, pairCubes: 0 }, 200, 500);
    const third = 8 * 0.3 * (1 / 200 + 1 / 500) ** 3 * ((1 - 2 / 200) / (1 - 1 / 200) ** 2);
    const variance = 2 * (1 / (200 * 199) + 2 / (200 * 500) + 1 / (500 * 499));
    expect(skewness).toBeCloseTo(third / variance ** 1.5, 12);
  });
});
