import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nonnegativeLeastSquares } from "../../../src/math/nonnegative-least-squares.ts";

describe("nonnegative least squares", () => {
  it("has the worked numbers, and nothing of nothing", () => {
    const gram = [
      [1, 0.5],
      [0.5, 1],
    ];
    expect([...nonnegativeLeastSquares(gram, [1.25, 1])]).toEqual([expect.closeTo(1, 8), expect.closeTo(0.5, 8)]);
    expect([...nonnegativeLeastSquares(gram, [1, 0.2])]).toEqual([1, 0]);
    expect([...nonnegativeLeastSquares([], [])]).toEqual([]);
  });

  it("leaves no weight that could be bettered, for any unit vectors", () => {
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 3 }), vector, (raw, target) => {
        const rows = raw.filter((row) => dot(row, row) > 0.01);
        const units = rows.map((row) => row.map((x) => x / Math.sqrt(dot(row, row))));
        const gram = units.map((one) => units.map((other) => dot(one, other)));
        fc.pre(units.every((_, f) => units.every((_, h) => f === h || Math.abs(gram[f]![h]!) < 0.9)));
        const products = units.map((each) => dot(each, target));
        const weights = nonnegativeLeastSquares(gram, products);
        // Karush, Kuhn and Tucker: a weight of 0 would only grow the error, any other has no slope left.
        for (const [f, weight] of weights.entries()) {
          const slope = products[f]! - dot(gram[f]!, [...weights]);
          if (weight > 0) expect(Math.abs(slope)).toBeLessThan(1e-6);
          else expect(slope).toBeLessThan(1e-6);
        }
      }),
    );
  });
});
