import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { Distribution } from "../../../src/drift/distribution.ts";
import { jensenShannon } from "../../../src/drift/jensen-shannon.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovDistance } from "../../../src/drift/kolmogorov-smirnov.ts";
import { populationStability } from "../../../src/drift/population-stability.ts";
import { ReferenceBins } from "../../../src/drift/reference-bins.ts";
import { wasserstein, wassersteinDistance } from "../../../src/drift/wasserstein.ts";
import { QuantileSketch } from "../../../src/sketch/quantiles.ts";
import { fitContext, profileOf, STATISTICS, simulateImages } from "./simulated-images.ts";

function distributionOf(values: readonly number[]): Distribution {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.update(value);
  return Distribution.of(sketch, { weight: values.length, weightSquares: values.length });
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describe("Kolmogorov-Smirnov distance", () => {
  it("is the worked number, 0.3", () => {
    expect(kolmogorovSmirnovDistance(distributionOf(range(1, 10)), distributionOf(range(3.5, 10)))).toBeCloseTo(
      0.3,
      12,
    );
  });

  it("is 1 for samples that do not overlap, 0 for the same one", () => {
    expect(kolmogorovSmirnovDistance(distributionOf([1, 2]), distributionOf([3, 4]))).toBe(1);
    expect(kolmogorovSmirnovDistance(distributionOf([1, 2]), distributionOf([1, 2]))).toBe(0);
  });

  it("is read just before a live value too, where a smooth reference has risen furthest above it", () => {
    const reference = distributionOf(Array.from({ length: 2000 }, (_, i) => ((i * 617) % 2000) / 2000));
    const distance = kolmogorovSmirnovDistance(distributionOf([0.5, 0.6, 0.7, 0.8, 0.9]), reference);
    expect(distance).toBeCloseTo(reference.below(0.5), 9);
  });

  it("sees the share of one value grow", () => {
    const live = [...new Array<number>(80).fill(0), ...range(1, 20)];
    const reference = [...new Array<number>(50).fill(0), ...range(1, 50)];
    expect(kolmogorovSmirnovDistance(distributionOf(live), distributionOf(reference))).toBeCloseTo(0.3, 9);
  });
});

describe("Wasserstein distance", () => {
  it("is the shift, when every value moves by the same", () => {
    const live = distributionOf(range(3, 100));
    expect(wassersteinDistance(live, distributionOf(range(0, 100)), -1000, 1000)).toBeCloseTo(3, 1);
    expect(wassersteinDistance(live, live, -1000, 1000)).toBe(0);
  });

  it("counts only what lies in the range", () => {
    const far = distributionOf([...range(0, 99), 1e9]);
    expect(wassersteinDistance(far, distributionOf(range(0, 100)), 0, 90)).toBeLessThan(0.1);
  });

  it("has no law, and no signal, when all reference images share a value", () => {
    const sketch = new QuantileSketch();
    for (let i = 0; i < 50; i++) sketch.update(224);
    const profile = profileOf([], fitContext(simulateImages(100, seededRandom(4))).projection);
    profile.images.statistics[0]!.merge(sketch);
    profile.images.weight = 50;
    profile.images.weightSquares = 50;
    const fitted = wasserstein.restore({}, profile, { classes: [], statistics: ["width"] });
    expect(fitted.compare(profile, 0.05)).toEqual([]);
  });
});

describe("reference bins", () => {
  it("are deciles", () => {
    const bins = new ReferenceBins(distributionOf(range(1, 100)));
    expect(bins.counts.length).toBe(10);
    for (const count of bins.counts) expect(Math.abs(count - 10)).toBeLessThan(2);
  });

  it("count every image once", () => {
    const bins = new ReferenceBins(distributionOf(range(1, 100)));
    const counts = bins.count(distributionOf(range(-50, 300)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(300, 6);
  });

  it("are fewer where many images share a value, and one when all do", () => {
    const shared = [...new Array<number>(60).fill(0), ...range(1, 40)];
    expect(new ReferenceBins(distributionOf(shared)).counts[0]).toBeCloseTo(60, 9);
    expect(new ReferenceBins(distributionOf(new Array<number>(50).fill(224))).counts).toEqual([50]);
  });
});

describe.each([kolmogorovSmirnov, populationStability, jensenShannon, wasserstein])("$name", (detector) => {
  const context = fitContext(simulateImages(600, seededRandom(1)));
  const fitted = detector.fit(context);

  it("has one signal per statistic", () => {
    const signals = fitted.compare(profileOf(simulateImages(50, seededRandom(2)), context.projection), 0.05);
    expect(signals.map(({ subject }) => subject)).toEqual(STATISTICS);
  });

  it("leaves a statistic out that the live images do not have", () => {
    const images = simulateImages(50, seededRandom(2)).map((image) => ({
      ...image,
      statistics: Float64Array.of(image.statistics[0]!, Number.NaN, image.statistics[2]!),
    }));
    const signals = fitted.compare(profileOf(images, context.projection), 0.05);
    expect(signals.map(({ subject }) => subject)).toEqual(["brightness", "clipping"]);
  });

  it("names the statistic that moved and no other", () => {
    const images = simulateImages(100, seededRandom(3)).map((image) => ({
      ...image,
      statistics: Float64Array.of(image.statistics[0]! + 80, image.statistics[1]!, image.statistics[2]!),
    }));
    const drifting = fitted.compare(profileOf(images, context.projection), 1e-4).filter((signal) => signal.drifting);
    expect(drifting.map(({ subject }) => subject)).toEqual(["brightness"]);
  });
});
