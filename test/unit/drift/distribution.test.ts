import { describe, expect, it } from "vitest";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { Distribution } from "../../../src/drift/distribution.ts";
import { QuantileSketch } from "../../../src/sketch/quantiles.ts";

function distributionOf(values: readonly number[], weight = 1): Distribution {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.update(value, weight);
  return Distribution.of(sketch, { weight: weight * values.length, weightSquares: weight ** 2 * values.length });
}

describe("Distribution", () => {
  it("has no images when the sketch is empty", () => {
    const empty = distributionOf([]);
    expect(empty.images).toBe(0);
    expect(empty.quantile(0.5)).toBeNaN();
  });

  it("is one jump for one value", () => {
    const one = distributionOf([3]);
    expect([one.below(3), one.atMost(3), one.atMost(2.9), one.below(3.1)]).toEqual([0, 1, 0, 1]);
    expect(one.quantile(0.01)).toBe(3);
  });

  it("is the empirical function of a small sample", () => {
    const small = distributionOf([4, 1, 3, 2]);
    expect([0, 1, 1.5, 2, 3.9, 4, 9].map((x) => small.atMost(x))).toEqual([0, 0.25, 0.25, 0.5, 0.75, 1, 1]);
    expect([1, 2, 4].map((x) => small.below(x))).toEqual([0, 0.25, 0.75]);
    expect([0.25, 0.26, 1].map((q) => small.quantile(q))).toEqual([1, 2, 4]);
  });

  it("counts images, not weight", () => {
    expect(distributionOf([1, 2, 3], 8).images).toBeCloseTo(3, 12);
    expect(distributionOf([1, 2, 3], 8).atMost(2)).toBeCloseTo(2 / 3, 12);
  });

  it("keeps a value that many images share as one jump", () => {
    const random = seededRandom(1);
    const shared = distributionOf(Array.from({ length: 1000 }, () => (random.next() < 0.6 ? 0 : random.next())));
    expect(shared.below(0)).toBe(0);
    expect(shared.atMost(0)).toBeGreaterThan(0.55);
    expect(shared.atMost(0.001) - shared.atMost(0)).toBeLessThan(0.01);
  });

  it("keeps it as a jump also between other values", () => {
    const random = seededRandom(4);
    const shared = distributionOf(
      Array.from({ length: 1000 }, () => (random.next() < 0.6 ? 0.5 : Math.round(random.next() * 1e6) / 1e6)),
    );
    expect(shared.atMost(0.5) - shared.below(0.5)).toBeGreaterThan(0.5);
  });

  it("is close to the empirical function of a large sample, and rises", () => {
    const random = seededRandom(2);
    const values = Array.from({ length: 5000 }, () => standardNormal(random));
    const large = distributionOf(values);
    let previous = 0;
    for (let x = -3; x <= 3; x += 0.1) {
      const share = values.filter((value) => value <= x).length / values.length;
      expect(Math.abs(large.atMost(x) - share)).toBeLessThan(0.01);
      expect(large.atMost(x)).toBeGreaterThanOrEqual(previous);
      previous = large.atMost(x);
    }
  });

  it("inverts itself", () => {
    const random = seededRandom(3);
    const large = distributionOf(Array.from({ length: 2000 }, () => random.next()));
    for (const q of [0.01, 0.1, 0.5, 0.77, 0.999])
      expect(large.atMost(large.quantile(q))).toBeGreaterThanOrEqual(q - 1e-12);
  });
});
