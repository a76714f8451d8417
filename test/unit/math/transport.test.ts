import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import { transportCost } from "../../../src/math/transport.ts";

const simplex = (random: Random, size: number, power: number): number[] => {
  const values = Array.from({ length: size }, () => random.next() ** power);
  const total = values.reduce((sum, value) => sum + value);
  return values.map((value) => value / total);
};

/** Of all ways to give each class its whole number of rows. */
function cheapest(rows: readonly number[][], places: number[], from = 0): number {
  if (from === rows.length) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [y, left] of places.entries()) {
    if (left === 0) continue;
    places[y] = left - 1;
    least = Math.min(least, 1 - rows[from]![y]! + cheapest(rows, places, from + 1));
    places[y] = left;
  }
  return least;
}

describe("the cost of transport", () => {
  it("is NaN without rows", () => {
    expect(transportCost([], [0.5, 0.5])).toBeNaN();
  });

  it("splits one row over the classes", () => {
    expect(transportCost([[0.8, 0.2]], [0.5, 0.5])).toBeCloseTo(0.5, 12);
  });

  it("gives the worked number", () => {
    expect(
      transportCost(
        [
          [0.9, 0.1],
          [0.8, 0.2],
        ],
        [0.5, 0.5],
      ),
    ).toBeCloseTo(0.45, 12);
  });

  it("is the mean of 1 − confidence where every row may stay", () => {
    expect(
      transportCost(
        [
          [0.9, 0.1],
          [0.3, 0.7],
        ],
        [0.5, 0.5],
      ),
    ).toBeCloseTo(0.2, 12);
  });

  it("puts nothing into a class without capacity", () => {
    expect(
      transportCost(
        [
          [0.9, 0.1],
          [0.9, 0.1],
        ],
        [0, 1],
      ),
    ).toBeCloseTo(0.9, 12);
  });

  it("is what trying every assignment finds", () => {
    const random = seededRandom(11);
    for (let trial = 0; trial < 60; trial++) {
      const places = [2, 1, 3, 1].map((count) => (trial % 3 === 0 ? count : Math.ceil(count * random.next())));
      const n = places.reduce((sum, count) => sum + count);
      const rows = Array.from({ length: n }, () => simplex(random, 4, 3));
      const cost = transportCost(
        rows,
        places.map((count) => count / n),
      );
      expect(cost).toBeCloseTo(cheapest(rows, [...places]) / n, 10);
    }
  });

  // By the simplex method of another program on the same seeded rows.
  it("agrees with linear programming on 256 rows", () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 256 }, () => {
      const values = Array.from({ length: 5 }, () => Math.exp(random.next() * 8) * (random.next() < 0.1 ? 30 : 1));
      const total = values.reduce((sum, value) => sum + value);
      return values.map((value) => value / total);
    });
    const capacities = simplex(random, 5, 1);
    expect(transportCost(rows, capacities)).toBeCloseTo(0.3383044502109462, 9);
  });

  it("copes with 300 classes, some without capacity", () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 128 }, () => simplex(random, 300, 20));
    const cost = transportCost(
      rows,
      simplex(random, 300, 6).map((share) => share),
    );
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(1);
  });
});
