import { describe, expect, it } from "vitest";
import { isReached, median, medianAdded, medianRatio, percentile } from "../../../../bench/tap/figures.ts";

describe("percentiles", () => {
  it("are not a number without values", () => {
    expect(percentile([], 0.99)).toBeNaN();
  });

  it("are the one value there is", () => {
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([7], 1)).toBe(7);
  });

  it("take the smallest value that the share of values does not exceed, in any order", () => {
    const values = Array.from({ length: 400 }, (_, index) => 400 - index);
    expect(percentile(values, 0.99)).toBe(396);
    expect(percentile(values, 1)).toBe(400);
    expect(median(values)).toBe(200);
  });

  it("leave the values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("what a path adds", () => {
  it("is the median of the differences within rounds, not the difference of the medians", () => {
    expect(medianAdded([11, 2, 13], [10, 1, 1])).toBe(1);
    expect(median([11, 2, 13]) - median([10, 1, 1])).toBe(10);
  });

  it("cancels what slowed both sides of a round", () => {
    const direct = [1, 1, 50, 1, 9];
    expect(
      medianAdded(
        direct.map((latency) => latency + 0.5),
        direct,
      ),
    ).toBe(0.5);
  });

  it("is refused for rounds that are not pairs", () => {
    expect(() => medianAdded([1, 2], [1])).toThrow("2 and 1 rounds");
  });
});

describe("the ratio of repeats", () => {
  it("is taken within each repeat", () => {
    expect(medianRatio([10, 30, 8], [10, 20, 10])).toBe(1);
  });

  it("is refused for repeats that do not lie beside each other", () => {
    expect(() => medianRatio([1], [1, 2])).toThrow("1 and 2 repeats");
  });
});

describe("a goal", () => {
  const goal = { what: "", limit: 1 };

  it("is reached at its limit", () => {
    expect(isReached({ ...goal, ratio: 1, sense: "at most" })).toBe(true);
    expect(isReached({ ...goal, ratio: 1, sense: "at least" })).toBe(true);
  });

  it("is missed on the wrong side of it", () => {
    expect(isReached({ ...goal, ratio: 1.01, sense: "at most" })).toBe(false);
    expect(isReached({ ...goal, ratio: 0.99, sense: "at least" })).toBe(false);
  });

  it("is missed when nothing was measured", () => {
    expect(isReached({ ...goal, ratio: Number.NaN, sense: "at most" })).toBe(false);
    expect(isReached({ ...goal, ratio: Number.NaN, sense: "at least" })).toBe(false);
  });
});
