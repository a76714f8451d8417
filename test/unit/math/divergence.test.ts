import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import {
  binnedDivergence,
  divergenceLaw,
  jensenShannonTerm,
  populationStabilityTerm,
} from "../../../src/math/divergence.ts";
import { gammaSurvival } from "../../../src/math/pearson-three.ts";

describe("binnedDivergence", () => {
  it("is 0 for equal counts, and the same whichever sample comes first", () => {
    for (const term of [populationStabilityTerm, jensenShannonTerm]) {
      expect(binnedDivergence(term, [10, 20, 30], [10, 20, 30])).toBe(0);
      expect(binnedDivergence(term, [3, 20, 9], [10, 2, 30])).toBeCloseTo(
        binnedDivergence(term, [10, 2, 30], [3, 20, 9]),
        12,
      );
    }
  });

  it("is the worked PSI: shares 1/4 and 3/4 against halves, 0.25·ln 3", () => {
    const many = 1e9;
    expect(binnedDivergence(populationStabilityTerm, [many, 3 * many], [many, many])).toBeCloseTo(
      0.25 * Math.log(3),
      8,
    );
  });

  it("is at most 1 bit by Jensen-Shannon, for samples that share no bin", () => {
    expect(binnedDivergence(jensenShannonTerm, [1e9, 0], [0, 1e9])).toBeCloseTo(1, 6);
  });

  it("stays finite for empty bins and an empty sample", () => {
    for (const term of [populationStabilityTerm, jensenShannonTerm]) {
      expect(Number.isFinite(binnedDivergence(term, [0, 10], [10, 0]))).toBe(true);
      expect(Number.isFinite(binnedDivergence(term, [0, 0], [10, 0]))).toBe(true);
    }
  });
});

describe("divergenceLaw", () => {
  const deciles = new Array<number>(10).fill(50);

  it("tends to the chi-square law: mean 9·(1/n + 1/m), shape 9/2", () => {
    const { mean, shape } = divergenceLaw(populationStabilityTerm, 2000, new Array<number>(10).fill(2000));
    expect(mean / (9 * (1 / 2000 + 1 / 20_000))).toBeCloseTo(1, 2);
    expect(shape).toBe(4.5);
  });

  it("has the mean that 1,500 simulated windows have: 0.165 at n = 50, m = 2000", () => {
    expect(divergenceLaw(populationStabilityTerm, 50, new Array<number>(10).fill(200)).mean).toBeCloseTo(0.165, 2);
  });

  it.each([8, 30, 300])("gives 5 % alarms at n = %i, for decile bins of one reference", (n) => {
    const random = seededRandom(n);
    for (const term of [populationStabilityTerm, jensenShannonTerm]) {
      const law = divergenceLaw(term, n, deciles);
      const windows = 1500;
      let alarms = 0;
      for (let window = 0; window < windows; window++) {
        const value = binnedDivergence(term, throwInto(dirichlet(deciles, random), n, random), deciles);
        if (gammaSurvival(value, law.mean, law.shape) < 0.05) alarms++;
      }
      expect(alarms / windows).toBeGreaterThan(0.03);
      expect(alarms / windows).toBeLessThan(0.07);
    }
  });

  it("does not break on a bin that the reference never filled, nor on millions of images", () => {
    const { mean, shape } = divergenceLaw(jensenShannonTerm, 3_000_000, [300, 200, 0]);
    expect(mean).toBeGreaterThan(0);
    expect(shape).toBeGreaterThanOrEqual(1);
  });
});

/** Shares of bins whose cuts are order statistics of the reference: Dirichlet, as sums of exponentials. */
function dirichlet(counts: readonly number[], random: { next(): number }): number[] {
  const gammas = counts.map((count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum -= Math.log(1 - random.next());
    return sum;
  });
  const total = gammas.reduce((sum, value) => sum + value, 0);
  return gammas.map((value) => value / total);
}

function throwInto(shares: readonly number[], n: number, random: { next(): number }): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < n; i++) {
    let rest = random.next();
    let bin = 0;
    while (bin < shares.length - 1 && rest >= shares[bin]!) rest -= shares[bin++]!;
    counts[bin]!++;
  }
  return counts;
}
