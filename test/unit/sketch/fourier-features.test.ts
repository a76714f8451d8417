import { describe, expect, it } from "vitest";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { FourierFeatures, medianDistance } from "../../../src/sketch/fourier-features.ts";

const COMPONENTS = 8;
const random = seededRandom(3);
const normal = (): number => standardNormal(random);
const sample = (count: number, spread = 1): Float64Array[] =>
  Array.from({ length: count }, () => Float64Array.from({ length: COMPONENTS }, () => spread * normal()));
const features = (seed: number, bandwidth = 4, count = 32): FourierFeatures =>
  new FourierFeatures({ components: COMPONENTS, count, bandwidth, random: seededRandom(seed) });

/** Twice the mean over features of (mean of the sums − mean of the reference)², as PromQL has it. */
function mmdSquared(sums: readonly number[], weight: number, means: readonly number[]): number {
  return (2 * sums.reduce((sum, value, i) => sum + (value / weight - means[i]!) ** 2, 0)) / sums.length;
}

describe("Fourier features", () => {
  it("are the same for the same seed, and not for another", () => {
    const [row] = sample(1) as [Float64Array];
    expect(features(1).of(row)).toEqual(features(1).of(row));
    expect(features(1).of(row)).not.toEqual(features(2).of(row));
  });

  it("lie between 0 and 2, so their sums only grow", () => {
    for (const value of sample(200).flatMap((row) => features(1).of(row))) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(2);
    }
  });

  it("have products that are the Gaussian kernel: 2·mean cos·cos of two images at distance d is exp(−d²/2σ²)", () => {
    const [a, b] = sample(2) as [Float64Array, Float64Array];
    const many = features(7, 4, 40_000);
    const [left, right] = [many.of(a), many.of(b)];
    const product = left.reduce((sum, value, i) => sum + 2 * (value - 1) * (right[i]! - 1), 0) / left.length;
    const square = a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0);
    expect(product).toBeCloseTo(Math.exp(-square / 32), 1);
  });

  it("weigh an image by its weight", () => {
    const [row] = sample(1) as [Float64Array];
    const sums = [0, 0];
    features(1, 4, 2).addTo(sums, row, 3);
    expect(sums).toEqual(
      features(1, 4, 2)
        .of(row)
        .map((value) => 3 * value),
    );
  });
});

describe("MMD² from sums", () => {
  const reference = sample(1000);
  const own = features(5);
  const { means, nullMean, nullDeviation } = own.reference(reference);
  const z = (rows: readonly Float64Array[]): number => {
    const sums = means.map(() => 0);
    for (const row of rows) own.addTo(sums, row, 1);
    const unit = 1 / rows.length + 1 / reference.length;
    return (mmdSquared(sums, rows.length, means) / unit - nullMean) / nullDeviation;
  };

  it("has without drift the mean and the deviation that are told", () => {
    const scores = Array.from({ length: 300 }, () => z(sample(100)));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(deviation).toBeGreaterThan(0.8);
    expect(deviation).toBeLessThan(1.2);
  });

  it("sees images that moved, and images that only spread, whose mean is where it was", () => {
    const moved = sample(200).map((row) => row.map((value, j) => (j === 0 ? value + 1 : value)));
    expect(z(moved)).toBeGreaterThan(4);
    expect(z(sample(200, 1.5))).toBeGreaterThan(4);
  });

  it("is not a number for a reference of fewer than two images", () => {
    expect(own.reference([]).nullMean).toBeNaN();
  });
});

describe("the median distance", () => {
  it("of no, one or equal rows is 1", () => {
    for (const rows of [[], [new Float64Array(3)], [new Float64Array(3), new Float64Array(3)]])
      expect(medianDistance(rows)).toBe(1);
  });

  it("of three points on a line is the middle one of their distances", () => {
    expect(medianDistance([0, 3, 10].map((x) => Float64Array.of(x)))).toBe(7);
  });
});
