import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { dot } from "../../../src/math/linear-algebra.ts";
import { leastSquaresOnSimplex } from "../../../src/math/simplex.ts";

const solve = (points: readonly (readonly number[])[], target: readonly number[]): number[] => [
  ...leastSquaresOnSimplex(
    points.map((a) => Float64Array.from(points, (b) => dot(a, b))),
    points.map((a) => dot(a, target)),
  ),
];

describe("least squares on the simplex", () => {
  it("is 1 for a single point and nothing without one", () => {
    expect(solve([[3, 4]], [0, 0])).toEqual([1]);
    expect(solve([], [])).toEqual([]);
  });

  it("gives the worked number", () => {
    const [a, b] = solve(
      [
        [0, 0],
        [2, 0],
      ],
      [1, 3],
    );
    expect(a).toBeCloseTo(0.5, 9);
    expect(b).toBeCloseTo(0.5, 9);
  });

  it("stops at a corner when the target lies beyond it", () => {
    expect(
      solve(
        [
          [0, 0],
          [2, 0],
        ],
        [5, 1],
      ),
    ).toEqual([0, 1]);
  });

  it("shares between points that are the same", () => {
    const q = solve(
      [
        [1, 0],
        [1, 0],
      ],
      [1, 0],
    );
    expect(q.reduce((sum, value) => sum + value)).toBeCloseTo(1, 12);
  });

  it("meets the conditions of the optimum on 60 points: equal slope where q > 0, no smaller slope elsewhere", () => {
    const random = seededRandom(4);
    const points = Array.from({ length: 60 }, () => Array.from({ length: 40 }, () => random.next() - 0.5));
    const target = Array.from({ length: 40 }, () => random.next() / 4);
    const q = solve(points, target);
    expect(q.reduce((sum, value) => sum + value)).toBeCloseTo(1, 9);
    const at = target.map((_, j) => points.reduce((sum, point, y) => sum + q[y]! * point[j]!, 0));
    const slopes = points.map((point) =>
      dot(
        point,
        at.map((value, j) => value - target[j]!),
      ),
    );
    const least = Math.min(...slopes);
    for (const [y, slope] of slopes.entries()) {
      expect(q[y]).toBeGreaterThanOrEqual(0);
      if (q[y]! > 1e-9) expect(slope - least).toBeLessThan(1e-6);
    }
  });

  it("finds the shares that made the target, with 1,000 points", () => {
    const random = seededRandom(6);
    const points = Array.from({ length: 1000 }, () => Array.from({ length: 1024 }, () => random.next() - 0.5));
    const target = points[0]!.map((value, j) => 0.7 * value + 0.3 * points[999]![j]!);
    const q = solve(points, target);
    expect(q[0]).toBeCloseTo(0.7, 4);
    expect(q[999]).toBeCloseTo(0.3, 4);
  });
});
