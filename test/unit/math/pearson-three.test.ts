import { describe, expect, it } from "vitest";
import {
  gammaSurvival,
  gammaUpperQuantile,
  invertSurvival,
  pearsonThreeSurvival,
  pearsonThreeUpperQuantile,
} from "../../../src/math/pearson-three.ts";
import { normalSurvival } from "../../../src/math/special-functions.ts";

describe("pearsonThreeSurvival", () => {
  it("is the exponential law less its mean at skewness 2", () => {
    for (const z of [-0.9, 0, 1, 5, 30]) expect(pearsonThreeSurvival(z, 2)).toBeCloseTo(Math.exp(-1 - z), 14);
  });

  it("is 1 below the lower end of a law skewed to the right", () => {
    expect(pearsonThreeSurvival(-1.01, 2)).toBe(1);
    expect(pearsonThreeSurvival(1.01, -2)).toBe(0);
  });

  it("mirrors for negative skewness", () => {
    for (const z of [-2, -0.3, 0.8]) {
      expect(pearsonThreeSurvival(z, -0.7)).toBeCloseTo(1 - pearsonThreeSurvival(-z, 0.7), 13);
    }
  });

  it("meets the normal law as the skewness goes to 0", () => {
    for (const z of [-2, 0, 1.6449, 4]) {
      expect(pearsonThreeSurvival(z, 0)).toBe(normalSurvival(z));
      expect(pearsonThreeSurvival(z, 2e-3) / normalSurvival(z)).toBeCloseTo(1, 1);
    }
  });
});

describe("pearsonThreeUpperQuantile", () => {
  it("is exceeded with the probability asked", () => {
    for (const skewness of [-1.5, -0.2, 0, 0.01, 0.4, 2, 5]) {
      for (const level of [0.5, 0.05, 1e-3, 1e-6]) {
        const z = pearsonThreeUpperQuantile(level, skewness);
        expect(pearsonThreeSurvival(z, skewness) / level).toBeCloseTo(1, 6);
      }
    }
  });

  it("is ln 20 − 1 for the exponential law at 5 %", () => {
    expect(pearsonThreeUpperQuantile(0.05, 2)).toBeCloseTo(Math.log(20) - 1, 12);
  });
});

describe("the gamma law", () => {
  it("is the chi-square law at shape k/2 and mean k", () => {
    expect(gammaSurvival(16.919, 9, 4.5)).toBeCloseTo(0.05, 5);
    expect(gammaUpperQuantile(0.05, 9, 4.5)).toBeCloseTo(16.919, 3);
  });

  it("is certain to exceed 0", () => {
    expect(gammaSurvival(0, 3, 2)).toBe(1);
    expect(gammaSurvival(-1, 3, 2)).toBe(1);
  });

  it("has quantiles far out and for very small shapes", () => {
    for (const shape of [0.5, 4.5, 400]) {
      const x = gammaUpperQuantile(1e-8, 0.02, shape);
      expect(gammaSurvival(x, 0.02, shape) / 1e-8).toBeCloseTo(1, 5);
    }
  });
});

describe("invertSurvival", () => {
  it("pushes the upper bound out until it encloses the answer", () => {
    expect(invertSurvival((x) => Math.exp(-x), 1e-9, 0, 1)).toBeCloseTo(9 * Math.LN10, 9);
  });
});
