import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { QuantileSketch } from "../../../src/sketch/quantiles.ts";

fc.configureGlobal({ seed: 20_261_124 });

const SHAPES: Readonly<Record<string, (u: number, index: number, count: number) => number>> = {
  uniform: (u) => u,
  "heavy tail": (u) => 1 / (1 - u) ** 2,
  "near one, like confidence": (u) => 1 - u ** 6,
  sorted: (_, index) => index,
  reversed: (_, index, count) => count - index,
  "two values": (u) => (u < 0.3 ? 0 : 1),
  "clipping, mostly zero": (u) => Math.max(0, u - 0.8),
};

function values(shape: string, count: number): number[] {
  const random = seededRandom(11);
  return Array.from({ length: count }, (_, index) => SHAPES[shape]!(random.next(), index, count));
}

function sketchOf(numbers: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const number of numbers) sketch.update(number);
  return sketch;
}

/** How far q is from the ranks that a value has in the data, in shares of it. */
function rankError(sorted: readonly number[], value: number, q: number): number {
  const below = sorted.filter((other) => other < value).length / sorted.length;
  const upTo = sorted.filter((other) => other <= value).length / sorted.length;
  return Math.max(0, below - q, q - upTo);
}

describe("the quantile sketch", () => {
  it("knows nothing when empty", () => {
    const sketch = new QuantileSketch();
    expect(sketch.quantile(0.5)).toBeNaN();
    expect(sketch.rank(1)).toBeNaN();
    expect(sketch.count).toBe(0);
  });

  it("gives its one value for every quantile", () => {
    const sketch = sketchOf([7]);
    expect([0, 0.5, 1].map((q) => sketch.quantile(q))).toEqual([7, 7, 7]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "counts %s as rejected and goes on",
    (bad) => {
      const sketch = sketchOf([1, 2]);
      for (let i = 0; i < 1000; i++) sketch.update(bad);
      for (let i = 0; i < 1000; i++) sketch.update(3);
      expect(sketch.rejected).toBe(1000);
      expect(sketch.count).toBe(1002);
      expect(sketch.quantile(0.5)).toBe(3);
    },
  );

  it.each(Object.keys(SHAPES).flatMap((shape) => [100, 20_000].map((count) => ({ shape, count }))))(
    "is right to 1 % of rank for $count values: $shape",
    ({ shape, count }) => {
      const numbers = values(shape, count);
      const sorted = [...numbers].sort((a, b) => a - b);
      const sketch = sketchOf(numbers);
      for (const q of [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
        expect(rankError(sorted, sketch.quantile(q), q)).toBeLessThan(0.01);
      expect(sketch.quantile(0)).toBe(sorted[0]);
      expect(sketch.quantile(1)).toBe(sorted.at(-1));
    },
  );

  it.each(Object.keys(SHAPES))("is right to 1.5 % of rank after sixty merges: %s", (shape) => {
    const numbers = values(shape, 12_000);
    const merged = new QuantileSketch();
    for (let part = 0; part < 60; part++) merged.merge(sketchOf(numbers.slice(part * 200, (part + 1) * 200)));
    const sorted = [...numbers].sort((a, b) => a - b);
    expect(merged.count).toBeCloseTo(12_000, 6);
    for (const q of [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
      expect(rankError(sorted, merged.quantile(q), q)).toBeLessThan(0.015);
  });

  it("stays small whatever comes in", () => {
    for (const shape of Object.keys(SHAPES))
      expect(sketchOf(values(shape, 20_000)).centroids().length).toBeLessThan(250);
  });

  it("has the same state after the same numbers, and a copy has it too", () => {
    for (const shape of Object.keys(SHAPES)) {
      const sketch = sketchOf(values(shape, 5_000));
      expect(sketchOf(values(shape, 5_000)).toState()).toEqual(sketch.toState());
      const copy = new QuantileSketch();
      copy.merge(sketch);
      expect(copy.toState()).toEqual(sketch.toState());
    }
  });

  it("gives a value that many share half of its weight as rank", () => {
    const sketch = sketchOf([...Array<number>(30).fill(0), ...Array<number>(70).fill(1)]);
    expect([-1, 0, 1, 2].map((value) => sketch.rank(value))).toEqual([0, 0.15, 0.65, 1]);
  });

  it("reads the same after it was closed", () => {
    const sketch = sketchOf(values("uniform", 5_000));
    const before = [0.1, 0.5, 0.9].map((q) => sketch.quantile(q));
    sketch.close();
    expect([0.1, 0.5, 0.9].map((q) => sketch.quantile(q))).toEqual(before);
  });

  it("has quantiles that rise, and weights that sum to the count, for any numbers", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.double({ noNaN: true, min: 0.5, max: 50 })),
          { minLength: 1 },
        ),
        (pairs) => {
          const sketch = new QuantileSketch();
          for (const [value, weight] of pairs) sketch.update(value, weight);
          const quantiles = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((q) => sketch.quantile(q));
          for (let i = 1; i < quantiles.length; i++)
            expect(quantiles[i]).toBeGreaterThanOrEqual(quantiles[i - 1]! - 1e-6);
          const weights = sketch.centroids().reduce((sum, { weight }) => sum + weight, 0);
          expect(weights).toBeCloseTo(sketch.count, 6);
        },
      ),
    );
  });
});
