import { describe, expect, it } from "vitest";
import type { Random } from "../../../src/core/random.ts";
import { SPANS } from "../../../src/drift/online-ewma.ts";
import { drawCentre, simulateMaxima, trueCentre } from "../../../src/drift/online-simulation.ts";

const COUNT = 4;
const PRODUCTS = [
  [0, 2, -1, 0.5],
  [2, 0, 0.3, -2],
  [-1, 0.3, 0, 1],
  [0.5, -2, 1, 0],
];
const rows = { count: COUNT, products: Float64Array.from(PRODUCTS.flat()) };
const CENTRE = [0, 3, 3];
const STREAM = [1, 2, 1, 0, 3, 1, 0, 0, 2, 3, 1, 2];

/** Draws the rows of the list, one after the other. */
function scripted(draws: readonly number[]): Random {
  let next = 0;
  return { next: () => (draws[next++]! + 0.5) / COUNT };
}

/** z from all pairs of different images of the stream, each less the centre: no recursion. */
function pairwise(stream: readonly number[], span: number, pairSquares: number): number {
  const product = (a: number, b: number): number => PRODUCTS[a]![b]!;
  const along = (row: number): number => CENTRE.reduce((sum, drawn) => sum + product(row, drawn) / CENTRE.length, 0);
  const square = CENTRE.reduce((sum, drawn) => sum + along(drawn) / CENTRE.length, 0);
  const share = 2 / (span + 1);
  const weights = stream.map((_, t) => share * (1 - share) ** (stream.length - 1 - t));
  const power = (exponent: number): number => weights.reduce((sum, weight) => sum + weight ** exponent, 0);
  let debiased = 0;
  for (const [s, a] of stream.entries()) {
    for (const [t, b] of stream.entries()) {
      if (s !== t) debiased += weights[s]! * weights[t]! * (product(a, b) - along(a) - along(b) + square);
    }
  }
  const m = CENTRE.length;
  const own = Math.max(power(2) ** 2 - power(4), power(4) / 2);
  const variance = 2 * pairSquares * (own + (2 * power(2) * power(1) ** 2) / m + power(1) ** 4 / m ** 2);
  return debiased / Math.sqrt(variance);
}

describe("simulated stream", () => {
  it("has the largest z over all its pairs of images until each checkpoint, for each centre", () => {
    const drawn = drawCentre(rows, 3, scripted(CENTRE));
    const other = drawCentre(rows, 2, scripted([1, 2]));
    const maxima = simulateMaxima(rows, 1.7, [other, drawn], [9, 12], scripted(STREAM));
    const expected = [9, 12].map((length) =>
      SPANS.map((span) =>
        Math.max(0, ...Array.from({ length: length - 7 }, (_, n) => pairwise(STREAM.slice(0, n + 8), span, 1.7))),
      ),
    );
    for (const [row, values] of expected.entries()) {
      for (const [span, value] of values.entries()) expect(maxima[row]![1]![span]).toBeCloseTo(value, 10);
    }
    expect(maxima[1]![0]).not.toEqual(maxima[1]![1]);
  });

  it("is empty without checkpoints", () => {
    expect(simulateMaxima(rows, 1, [trueCentre(rows)], [], scripted([]))).toEqual([]);
  });
});

describe("true centre", () => {
  it("is what centres of ever more images come to, in which each row was drawn as often", () => {
    const often = drawCentre(rows, 400, scripted(Array.from({ length: 400 }, (_, draw) => draw % COUNT)));
    const { products, square, images } = trueCentre(rows);
    expect(images).toBe(Number.POSITIVE_INFINITY);
    expect(square).toBeCloseTo(often.square, 10);
    for (const [row, product] of products.entries()) expect(product).toBeCloseTo(often.products[row]!, 10);
  });
});
