import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { dot, meanRow, principalDirections } from "../../../src/math/linear-algebra.ts";

const random = seededRandom(17);

/** Rows of independent columns, column j with standard deviation `deviations[j]` (a uniform law scaled to it). */
function rowsOf(count: number, deviations: readonly number[]): Float32Array[] {
  return Array.from({ length: count }, () =>
    Float32Array.from(deviations, (deviation) => 5 + deviation * Math.sqrt(12) * (random.next() - 0.5)),
  );
}

function directionsOf(rows: readonly Float32Array[], count: number): Float32Array[] {
  const mean = meanRow(rows);
  const flat = principalDirections(rows, mean, count);
  return Array.from({ length: count }, (_, k) => flat.slice(k * mean.length, (k + 1) * mean.length));
}

function varianceAlong(rows: readonly Float32Array[], direction: ArrayLike<number>): number {
  const offset = dot(meanRow(rows), direction);
  return rows.reduce((sum, row) => sum + (dot(row, direction) - offset) ** 2, 0) / (rows.length - 1);
}

describe("dot", () => {
  it.each([0, 1, 2, 3, 4, 5, 7, 8, 1280])("is the sum of products for %i numbers", (length) => {
    const a = Float64Array.from({ length }, () => random.next());
    const b = Float64Array.from({ length }, () => random.next());
    expect(dot(a, b)).toBeCloseTo(
      a.reduce((sum, value, j) => sum + value * b[j]!, 0),
      10,
    );
  });

  it("reads the second array from an offset", () => {
    expect(dot([1, 2, 3, 4, 5], [9, 9, 1, 1, 1, 1, 2], 2)).toBe(20);
  });
});

describe("meanRow", () => {
  it("is empty without rows, and the row itself for one", () => {
    expect(meanRow([])).toHaveLength(0);
    expect([...meanRow([[3, -1]])]).toEqual([3, -1]);
  });

  it("averages column by column", () => {
    expect([
      ...meanRow([
        [1, 10],
        [3, 30],
      ]),
    ]).toEqual([2, 20]);
  });
});

describe("principalDirections", () => {
  it("finds the one direction in which points on a line differ", () => {
    const rows = [0, 1, 2, 5].map((t) => Float32Array.of(1 + 3 * t, 2 + 4 * t));
    const [first] = directionsOf(rows, 1);
    expect(Math.abs(first![0]!)).toBeCloseTo(0.6, 6);
    expect(Math.abs(first![1]!)).toBeCloseTo(0.8, 6);
  });

  // More rows than columns goes by the covariance, fewer by the Gram matrix.
  it.each([
    ["covariance", 200],
    ["Gram matrix", 7],
  ])("gives orthonormal directions of falling variance by the %s", (_, count) => {
    const rows = rowsOf(count, [4, 3, 2, 1, 0.5, 0.3, 0.2, 0.1, 0.1, 0.1]);
    const directions = directionsOf(rows, 5);
    for (const [k, direction] of directions.entries()) {
      for (const [l, other] of directions.entries()) expect(dot(direction, other)).toBeCloseTo(k === l ? 1 : 0, 5);
    }
    const variances = directions.map((direction) => varianceAlong(rows, direction));
    expect(variances).toEqual([...variances].sort((a, b) => b - a));
  });

  it("gives the same directions by the covariance and by the Gram matrix", () => {
    const rows = rowsOf(12, [5, 3, 1]);
    // Columns of zeros change nothing but the way of computing.
    const wide = rows.map((row) => Float32Array.from({ length: 20 }, (_, j) => row[j] ?? 0));
    const narrow = directionsOf(rows, 3);
    const padded = directionsOf(wide, 3);
    for (const [k, direction] of narrow.entries()) {
      expect(Math.abs(dot(direction, padded[k]!.slice(0, 3)))).toBeCloseTo(1, 5);
    }
  });

  it("finds the column of most variance first", () => {
    const [first] = directionsOf(rowsOf(500, [1, 8, 1, 1]), 1);
    expect(Math.abs(first![1]!)).toBeGreaterThan(0.99);
  });

  it("leaves directions of no variance at zero", () => {
    const rows = [1, 2, 4].map((t) => Float32Array.of(t, 0, 0, 0, 0));
    const directions = directionsOf(rows, 2);
    expect([...directions[1]!]).toEqual([0, 0, 0, 0, 0]);
  });
});
