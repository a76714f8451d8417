import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { Distribution } from "../../../src/drift/distribution.ts";
import { TailProbability } from "../../../src/drift/tail-probability.ts";
import { QuantileSketch } from "../../../src/sketch/quantiles.ts";

function tailOf(values: readonly number[]): TailProbability {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.update(value);
  return new TailProbability(Distribution.of(sketch, { weight: values.length, weightSquares: values.length }));
}

describe("TailProbability", () => {
  it("is 1 in the middle and falls to both sides without a step up", () => {
    const random = seededRandom(1);
    const tail = tailOf(Array.from({ length: 1000 }, () => random.next()));
    expect(tail.twoSided(0.5)).toBeGreaterThan(0.9);
    for (const direction of [-1, 1]) {
      let previous = 1;
      for (let step = 5; step < 100; step++) {
        const probability = tail.twoSided(0.5 + direction * step * 0.02);
        expect(probability).toBeLessThanOrEqual(previous + 0.01);
        previous = probability;
      }
      expect(previous).toBeLessThan(1e-3);
    }
  });

  it("carries an exponential tail beyond the last of 1,000 values", () => {
    const random = seededRandom(2);
    const tail = tailOf(Array.from({ length: 1000 }, () => -Math.log(1 - random.next())));
    for (const x of [3, 5, 9]) {
      const ratio = tail.twoSided(x) / (2 * Math.exp(-x));
      expect(ratio).toBeGreaterThan(0.2);
      expect(ratio).toBeLessThan(5);
    }
  });

  it("takes every other value than the one all images share as most unusual", () => {
    const tail = tailOf(new Array<number>(300).fill(224));
    expect(tail.twoSided(224)).toBe(1);
    expect(tail.twoSided(225)).toBe(1e-12);
    expect(tail.twoSided(100)).toBe(1e-12);
  });

  it("does not call the value unusual that six images in ten share", () => {
    const random = seededRandom(3);
    const tail = tailOf(Array.from({ length: 500 }, () => (random.next() < 0.6 ? 0 : random.next())));
    expect(tail.twoSided(0)).toBe(1);
    expect(tail.twoSided(3)).toBeLessThan(1e-3);
  });
});
