import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import {
  effectiveSize,
  kolmogorovSmirnovProbability,
  kolmogorovSmirnovThreshold,
  kolmogorovSurvival,
} from "../../../src/math/two-sample.ts";

describe("kolmogorovSurvival", () => {
  it("has the tabulated quantiles", () => {
    expect(kolmogorovSurvival(1.2238)).toBeCloseTo(0.1, 4);
    expect(kolmogorovSurvival(1.3581)).toBeCloseTo(0.05, 4);
    expect(kolmogorovSurvival(1.6276)).toBeCloseTo(0.01, 4);
  });

  it("falls from 1 to 0 without a step", () => {
    expect(kolmogorovSurvival(0)).toBe(1);
    expect(kolmogorovSurvival(0.2)).toBeCloseTo(1, 9);
    for (let lambda = 0.01; lambda < 3; lambda += 0.01) {
      expect(kolmogorovSurvival(lambda + 0.01)).toBeLessThanOrEqual(kolmogorovSurvival(lambda) + 1e-12);
    }
    expect(kolmogorovSurvival(40)).toBe(0);
  });
});

describe("kolmogorovSmirnovThreshold", () => {
  it("is the distance that has the probability asked", () => {
    for (const size of [5, 50, 5000]) {
      for (const level of [0.05, 1e-6]) {
        expect(kolmogorovSmirnovProbability(kolmogorovSmirnovThreshold(level, size), size) / level).toBeCloseTo(1, 9);
      }
    }
  });

  it("is near the exact 5 % point of ten values, 0.409", () => {
    expect(kolmogorovSmirnovThreshold(0.05, 10)).toBeCloseTo(0.409, 2);
  });
});

describe("the probability", () => {
  it("is below 5 % for about 5 % of pairs of samples of the same law", () => {
    const random = seededRandom(7);
    const sorted = (n: number): number[] => Array.from({ length: n }, () => random.next()).sort((a, b) => a - b);
    const pairs = 2000;
    let alarms = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const a = sorted(20);
      const b = sorted(100);
      const distance = Math.max(
        ...[...a, ...b].map((x) =>
          Math.abs(a.filter((v) => v <= x).length / 20 - b.filter((v) => v <= x).length / 100),
        ),
      );
      if (kolmogorovSmirnovProbability(distance, effectiveSize(20, 100)) < 0.05) alarms++;
    }
    expect(alarms / pairs).toBeGreaterThan(0.03);
    expect(alarms / pairs).toBeLessThan(0.06);
  });
});
