import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuantileSketch } from "../../src/sketch/quantiles.ts";
import { Reservoir } from "../../src/sketch/reservoir.ts";

fc.configureGlobal({ seed: 20_261_124 });

/** Shares and large numbers together, on a grid: ties, gaps and tails all occur, and no mean of two numbers underflows. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
  fc.integer({ min: -1e6, max: 1e6 }),
  fc.constantFrom(0, 1),
);
const part = fc.array(value, { minLength: 1, maxLength: 150 });
const parts = fc.array(part, { minLength: 1, maxLength: 8 });

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const one of values) sketch.update(one);
  return sketch;
}

function mergedOf(all: readonly (readonly number[])[]): QuantileSketch {
  const merged = new QuantileSketch();
  for (const values of all) merged.merge(sketchOf(values));
  return merged;
}

/** How far q is from the ranks that `at` has among the values. */
function rankError(values: readonly number[], at: number, q: number): number {
  const below = values.filter((other) => other < at).length / values.length;
  const upTo = values.filter((other) => other <= at).length / values.length;
  return Math.max(0, below - q, q - upTo);
}

describe("quantile sketches of any numbers", () => {
  it("have quantiles within one full centroid (4·δ·p(1−p), 5 % at most) and one value of the rank asked, however merged", () => {
    fc.assert(
      fc.property(parts, (all) => {
        const values = all.flat();
        for (const sketch of [mergedOf(all), mergedOf([...all].reverse()), sketchOf(values)]) {
          for (const q of [0.05, 0.25, 0.5, 0.75, 0.95]) {
            expect(rankError(values, sketch.quantile(q), q)).toBeLessThanOrEqual(0.05 + 1 / values.length);
          }
        }
      }),
    );
  });

  it("have the smallest and the largest number exactly", () => {
    fc.assert(
      fc.property(parts, (all) => {
        const merged = mergedOf(all);
        expect(merged.quantile(0)).toBe(Math.min(...all.flat()));
        expect(merged.quantile(1)).toBe(Math.max(...all.flat()));
      }),
    );
  });

  it("have ranks that rise with the value, from 0 to 1", () => {
    fc.assert(
      fc.property(parts, fc.array(value, { minLength: 2, maxLength: 20 }), (all, at) => {
        const merged = mergedOf(all);
        const ranks = [...at].sort((a, b) => a - b).map((one) => merged.rank(one));
        for (const [i, rank] of ranks.entries()) {
          expect(rank).toBeGreaterThanOrEqual(i === 0 ? 0 : ranks[i - 1]! - 1e-12);
          expect(rank).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it("come back from their state bit for bit", () => {
    fc.assert(
      fc.property(part, (values) => {
        const sketch = sketchOf(values);
        expect(QuantileSketch.fromState(sketch.toState()).toState()).toEqual(sketch.toState());
      }),
    );
  });
});

describe("reservoirs of any rows", () => {
  const keys = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 40 });

  const filled = (all: readonly number[], trimTo: number): Reservoir => {
    const reservoir = new Reservoir(16, 1);
    for (const key of all) reservoir.offer(key, [key], 0);
    reservoir.trim(trimTo);
    return reservoir;
  };

  it("keep after any merges exactly the smallest keys below what was trimmed away", () => {
    fc.assert(
      fc.property(keys, fc.nat(40), fc.nat(16), (all, cut, trimTo) => {
        const [a, b] = [filled(all.slice(0, cut), trimTo), filled(all.slice(cut), 16)];
        const forward = filled([], 16);
        for (const each of [a, b]) forward.merge(each);
        const backward = filled([], 16);
        for (const each of [b, a]) backward.merge(each);
        expect(backward.toState()).toEqual(forward.toState());
        const { keys: kept, limit } = forward.toState();
        const smallest = [...all].sort((x, y) => x - y).filter((key) => key < limit);
        expect([...kept]).toEqual(smallest.slice(0, 16));
      }),
    );
  });
});
