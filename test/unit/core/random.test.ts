import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashToUnit, seededRandom, shuffled } from "../../../src/core/random.ts";

const take = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe("seeded randomness", () => {
  it("repeats for the same seed and differs for another", () => {
    expect(take(7, 5)).toEqual(take(7, 5));
    expect(take(7, 5)).not.toEqual(take(8, 5));
  });

  it("is uniform on [0, 1)", () => {
    const values = take(1, 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[Math.floor(value * 10)]! += 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 0.1 % of a chi-square with 9 degrees of freedom
  });

  it("shuffles into a permutation and leaves the original alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const result = shuffled(items, seededRandom(seed));
        expect(items).toEqual(before);
        expect([...result].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it("hashes an id to the same number everywhere", () => {
    expect(hashToUnit("")).toBeCloseTo(0.6689, 4);
    expect(hashToUnit("req-1")).toBe(hashToUnit("req-1"));
    expect(hashToUnit("req-1")).not.toBe(hashToUnit("req-2"));
  });

  it("spreads consecutive ids evenly", () => {
    let below = 0;
    for (let i = 0; i < 20_000; i++) if (hashToUnit(`tile-${i}`) < 0.1) below += 1;
    expect(below).toBeGreaterThan(1_850);
    expect(below).toBeLessThan(2_150);
  });
});
