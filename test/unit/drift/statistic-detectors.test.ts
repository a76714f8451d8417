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

/** Between the values of the reference, where they cut it into at most 50 parts. */
const distance = (live: readonly number[], reference: readonly number[]): number =>
  kolmogorovSmirnovDistance(distributionOf(live), distributionOf(reference).cuts(50));

describe("cuts", () => {
  it("are between values, never at one that many images share", () => {
    const shared = distributionOf([...new Array<number>(60).fill(0), ...range(1, 40)]);
    expect(shared.cuts(10)[0]).toEqual({ position: 0.5, share: 0.6 });
    expect(distributionOf([]).cuts(10)).toEqual([]);
    expect(distributionOf([7, 7, 7]).cuts(10)).toEqual([]);
  });

  it("say the same of equal images whichever digest keeps their value as a jump", () => {
    const random = seededRandom(5);
    const stepped = (n: number): number[] => Array.from({ length: n }, () => Math.floor(20 * random.next()));
    const [few, many] = [stepped(500), stepped(3000)];
    const below = (values: readonly number[], x: number): number => values.filter((v) => v <= x).length / values.length;
    for (const { position, share } of distributionOf(few).cuts(10)) {
      expect(share).toBeCloseTo(below(few, position), 9);
      expect(distributionOf(many).atMost(position)).toBeCloseTo(below(many, position), 2);
    }
  });
});

describe("Kolmogorov-Smirnov distance", () => {
  it("is the worked number, 0.3", () => {
    expect(distance(range(1, 100), range(31, 100))).toBeCloseTo(0.3, 1);
  });

  it("is 0 for the same sample and near 1 for samples that do not overlap", () => {
    expect(distance(range(1, 100), range(1, 100))).toBe(0);
    expect(distance(range(1, 100), range(1001, 100))).toBeGreaterThan(0.97);
  });

  it("sees the share of one value grow", () => {
    const live = [...new Array<number>(80).fill(0), ...range(1, 20)];
    const reference = [...new Array<number>(50).fill(0), ...range(1, 50)];
    expect(distance(live, reference)).toBeCloseTo(0.3, 9);
  });
});

describe("Wasserstein distance", () => {
  it("is the shift, when every value moves by the same", () => {
    const live = distributionOf(range(3, 100));
    expect(wassersteinDistance(live, distributionOf(range(0, 100)), -1000, 1000)).toBeCloseTo(3, 1);
    expect(wassersteinDistance(live, live, -1000, 1000)).toBe(0);
  });

  it("is judged by the spread of all images: a reference with a thin tail does not hold many with the usual one for drift", () => {
    const thin = [...range(0, 485), ...range(1000, 15).map((x) => 10 * x)];
    const usual = (count: number): number[] => [...range(0, 475), ...range(1000, count).map((x) => 10 * x)];
    const live = Array.from({ length: 4 }, () => usual(25)).flat();
    const context = fitContext(simulateImages(100, seededRandom(4)));
    const profileWith = (values: readonly number[]): ReturnType<typeof profileOf> => {
      const profile = profileOf([], context.projection);
      for (const value of values) profile.images.statistics[0]!.update(value);
      profile.images.weight = values.length;
      profile.images.weightSquares = values.length;
      return profile;
    };
    const fitted = wasserstein.restore({}, profileWith(thin), { classes: [], statistics: ["size"] });
    expect(fitted.compare(profileWith(live), 0.05)[0]!.pValue).toBeGreaterThan(0.01);
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
