import { describe, expect, it } from "vitest";
import { Moments } from "../../../src/sketch/moments.ts";

describe("moments", () => {
  it("of nothing are not numbers, and one value has no variance", () => {
    const moments = new Moments();
    expect([moments.weight, moments.mean, moments.variance]).toEqual([0, Number.NaN, Number.NaN]);
    moments.update(4);
    expect([moments.weight, moments.mean, moments.variance]).toEqual([1, 4, Number.NaN]);
  });

  it("of 1, 2, 3 are 2 and 1", () => {
    const moments = new Moments();
    for (const value of [1, 2, 3]) moments.update(value);
    expect([moments.mean, moments.variance]).toEqual([2, 1]);
  });

  it("count a value of weight 3 as three values", () => {
    const weighted = new Moments();
    const repeated = new Moments();
    weighted.update(5, 3);
    weighted.update(1, 2);
    for (const value of [5, 5, 5, 1, 1]) repeated.update(value);
    expect(weighted.mean).toBeCloseTo(repeated.mean, 12);
    expect(weighted.variance).toBeCloseTo(repeated.variance, 12);
  });

  it("keep a small variance beside a large mean, where sums of squares would lose it", () => {
    const [left, right] = [new Moments(), new Moments()];
    for (let i = 0; i < 1000; i++) (i % 2 ? left : right).update(1e9 + (i % 5));
    left.merge(right);
    expect(left.variance).toBeCloseTo(2.002, 3);
  });

  it("leave out what is not finite", () => {
    const moments = new Moments();
    for (const value of [1, Number.NaN, Number.POSITIVE_INFINITY, 3]) moments.update(value);
    expect([moments.weight, moments.mean]).toEqual([2, 2]);
  });
});
