import { describe, expect, it } from "vitest";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { type StatisticShift, statisticShift } from "../../../src/explain/statistic-shift.ts";
import { QuantileSketch } from "../../../src/sketch/quantiles.ts";

function sketchOf(count: number, seed: number, draw: (z: number, index: number) => number): QuantileSketch {
  const random = seededRandom(seed);
  const sketch = new QuantileSketch();
  for (let index = 0; index < count; index++) sketch.update(draw(standardNormal(random), index));
  return sketch;
}

const reference = sketchOf(2000, 1, (z) => 100 + 20 * z);
const shiftOf = (draw: (z: number, index: number) => number, count = 1000): StatisticShift =>
  statisticShift(sketchOf(count, 2, draw), reference) as StatisticShift;

describe("the shift of a statistic", () => {
  it("is unknown below five values on either side", () => {
    expect(statisticShift(new QuantileSketch(), reference)).toBeUndefined();
    expect(
      statisticShift(
        reference,
        sketchOf(4, 1, (z) => z),
      ),
    ).toBeUndefined();
  });

  it("is about 0 without a shift", () => {
    const { effect, changedRatio } = shiftOf((z) => 100 + 20 * z);
    expect(Math.abs(effect)).toBeLessThan(0.1);
    expect(changedRatio).toBeLessThan(0.06);
  });

  it("counts reference standard deviations, far outside the reference too", () => {
    const { effect, example } = shiftOf((z) => 60 + 20 * z);
    expect(effect).toBeCloseTo(-2, 0);
    expect(example.share).toBe(0.5);
    expect(example.reference).toBeCloseTo(100, -1);
    expect(example.live).toBeCloseTo(60, -1);
  });

  it("does not depend on unit or skewness", () => {
    const skewed = (sketch: (z: number) => number) => (z: number) => Math.exp(sketch(z) / 30);
    const other = statisticShift(
      sketchOf(
        1000,
        2,
        skewed((z) => 70 + 20 * z),
      ),
      sketchOf(
        2000,
        1,
        skewed((z) => 100 + 20 * z),
      ),
    ) as StatisticShift;
    expect(Math.abs(other.effect - shiftOf((z) => 70 + 20 * z).effect)).toBeLessThan(0.15);
  });

  it("tells a shift of all images from one of half of them", () => {
    const all = shiftOf((z) => 140 + 20 * z);
    const half = shiftOf((z, index) => (index % 2 === 0 ? 180 : 100) + 20 * z);
    expect(all.trailing / all.effect).toBeGreaterThan(0.8);
    expect(half.trailing / half.effect).toBeLessThan(0.35);
    expect(half.changedRatio).toBeGreaterThan(0.4);
    expect(half.changedRatio).toBeLessThan(0.55);
  });

  it("is bounded for a statistic that was always 0, and shows a quantile that moved", () => {
    const zeros = sketchOf(500, 3, () => 0);
    const { effect, example } = statisticShift(
      sketchOf(500, 4, (_, index) => (index % 4 === 0 ? 0.3 : 0)),
      zeros,
    ) as StatisticShift;
    expect(effect).toBeGreaterThan(0.3);
    expect(effect).toBeLessThan(4);
    expect(example).toEqual({ share: 0.9, reference: 0, live: 0.3 });
  });
});
