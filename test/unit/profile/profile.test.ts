import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain, type PlainState } from "../../../src/core/codec.ts";
import type { Features } from "../../../src/core/features.ts";
import { Profile, type ProfileState, type RecordedPrediction } from "../../../src/profile/profile.ts";
import type { Projected } from "../../../src/profile/projection.ts";

const SHAPE = { statistics: ["brightness", "sharpness"], classCount: 3, components: 2 };

function prediction(overrides: Partial<RecordedPrediction> & { classIndex?: number } = {}): RecordedPrediction {
  const { classIndex = 1, ...rest } = overrides;
  const outcome = { classIndex, confidence: 0.8, probabilities: Float64Array.of(0.1, 0.8, 0.1) };
  return { id: "a", timeSeconds: 100, weight: 2, outcome, calibratedConfidence: 0.75, ...rest };
}

function features(overrides: Partial<Features> = {}): Features {
  return {
    ids: ["a"],
    timeSeconds: 100,
    weight: 2,
    statistics: Float64Array.of(120, 7),
    embedding: new Float32Array(4),
    ...overrides,
  };
}

const PROJECTED: Projected = {
  components: Float64Array.of(0.5, -1),
  bins: Uint8Array.of(6, 0),
  energy: 3,
  reconstructionError: 0.25,
};

describe("an empty profile", () => {
  it("knows nothing", () => {
    const { predictions, images, labels, firstSeconds, lastSeconds } = new Profile(SHAPE);
    expect([predictions.count, images.count, labels.count]).toEqual([0, 0, 0]);
    expect(predictions.confidence.quantile(0.5)).toBeNaN();
    expect(images.reconstructionMoments.mean).toBeNaN();
    expect([firstSeconds, lastSeconds]).toEqual([Number.NaN, Number.NaN]);
  });

  it("comes back from its state", () => {
    expect(restored(new Profile(SHAPE)).toState()).toEqual(new Profile(SHAPE).toState());
  });
});

describe("a prediction", () => {
  it("is counted once and weighs its weight", () => {
    const profile = new Profile(SHAPE);
    profile.recordPrediction(prediction());
    const { predictions } = profile;
    expect([predictions.count, predictions.weight, predictions.weightSquares]).toEqual([1, 2, 4]);
    expect([...predictions.classWeights]).toEqual([0, 2, 0, 0]);
    expect([predictions.calibratedCount, predictions.calibratedSum, predictions.calibratedVarianceSum]).toEqual([
      1, 1.5, 0.375,
    ]);
    expect(predictions.confidence.quantile(0.5)).toBe(0.8);
    expect(predictions.rows.tags()).toEqual([1]);
    expect(profile.firstSeconds).toBe(100);
  });

  it("of no known class is counted as other", () => {
    const profile = new Profile(SHAPE);
    profile.recordPrediction(prediction({ classIndex: 3 }));
    expect([...profile.predictions.classWeights]).toEqual([0, 0, 0, 2]);
  });

  it("without a score only counts for its class", () => {
    const profile = new Profile(SHAPE);
    const outcome = { classIndex: 0, confidence: Number.NaN };
    profile.recordPrediction({ ...prediction(), outcome, calibratedConfidence: Number.NaN });
    const { predictions } = profile;
    expect(predictions.classWeights[0]).toBe(2);
    expect([predictions.confidence.count, predictions.confidence.rejected, predictions.calibratedCount]).toEqual([
      0, 0, 0,
    ]);
    expect(predictions.rows.size).toBe(0);
  });

  it.each([
    [0, 0],
    [0.2, 1],
    [0.79, 3],
    [1, 4],
  ])("of calibrated confidence %d falls into bin %i of its class", (calibratedConfidence, bin) => {
    const profile = new Profile(SHAPE);
    profile.recordPrediction(prediction({ calibratedConfidence }));
    expect(profile.predictions.strata.weight.indexOf(2)).toBe(5 + bin);
  });
});

describe("the sample of probability rows", () => {
  it("has an image that comes again and again as often as it came", () => {
    const profile = new Profile(SHAPE);
    for (let i = 0; i < 2000; i++) {
      const same = i % 2 === 0;
      profile.recordPrediction(prediction({ id: same ? "still" : `${i}`, timeSeconds: i, classIndex: same ? 0 : 1 }));
    }
    const still = profile.predictions.rows.tags().filter((tag) => tag === 0).length;
    expect(profile.predictions.rows.size).toBe(256);
    // 128 on average, standard deviation 7.5.
    expect(still).toBeGreaterThan(100);
    expect(still).toBeLessThan(156);
  });
});

describe("an image", () => {
  it("feeds every sum and sketch with its weight", () => {
    const profile = new Profile(SHAPE);
    profile.recordImage(features(), PROJECTED, true);
    const { images } = profile;
    expect([images.count, images.weight, images.weightSquares, images.unusualCount]).toEqual([1, 2, 4, 1]);
    expect(images.statistics.map((sketch) => [sketch.quantile(0.5), sketch.count])).toEqual([
      [120, 2],
      [7, 2],
    ]);
    expect(images.reconstructionMoments.mean).toBe(0.25);
    expect([...images.embedding.components]).toEqual([1, -2]);
    expect([...images.embedding.atMost]).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(images.embedding.energy).toBe(12);
  });

  it("is summed by its predicted class, for which sums are made when it first occurs", () => {
    const profile = new Profile({ ...SHAPE, classCount: 1000 });
    profile.recordImage(features(), PROJECTED, false);
    expect(profile.images.embeddingByClass.size).toBe(0);
    profile.recordImage(features({ outcome: { classIndex: 7, confidence: 1 } }), PROJECTED, false);
    expect([...profile.images.embeddingByClass.keys()]).toEqual([7]);
    for (let classIndex = 0; classIndex < 1000; classIndex++) {
      profile.recordImage(features({ outcome: { classIndex, confidence: 1 } }), PROJECTED, false);
    }
    expect(profile.images.embeddingByClass.size).toBe(24);
    expect(profile.images.embedding.weight).toBe(2 * 1002);
  });

  it("without a statistic is left out of that one only", () => {
    const profile = new Profile(SHAPE);
    profile.recordImage(features({ statistics: Float64Array.of(Number.NaN, 7) }), PROJECTED, false);
    const [brightness, sharpness] = profile.images.statistics;
    expect([brightness?.count, brightness?.rejected, sharpness?.count]).toEqual([0, 1, 2]);
  });
});

describe("a label", () => {
  it("is counted in the confusion table and in its stratum", () => {
    const profile = new Profile(SHAPE);
    profile.recordLabel(prediction(), 1, 1);
    profile.recordLabel(prediction(), 2, 1);
    const { labels, predictions } = profile;
    expect([labels.count, labels.correctCount, labels.weight, labels.correct]).toEqual([2, 1, 4, 2]);
    expect(labels.cells()).toEqual([
      { trueClass: 1, predictedClass: 1, count: 2 },
      { trueClass: 2, predictedClass: 1, count: 2 },
    ]);
    expect([labels.estimated, labels.estimatedVariance]).toEqual([3, 0.75]);
    expect([predictions.strata.labelled[8], predictions.strata.correct[8]]).toEqual([4, 2]);
  });

  it("that was corrected leaves nothing of itself", () => {
    const profile = new Profile(SHAPE);
    profile.recordLabel(prediction(), 2, 1);
    profile.recordLabel(prediction(), 2, -1);
    expect(profile.toState()).toEqual(new Profile(SHAPE).toState());
  });
});

describe("profiles", () => {
  const full = (): Profile => {
    const profile = new Profile(SHAPE);
    for (let i = 0; i < 40; i++) {
      const one = prediction({ id: `${i}`, timeSeconds: 100 + i, classIndex: i % 4, weight: 1 + (i % 3) });
      profile.recordPrediction(one);
      profile.recordImage(features({ timeSeconds: 100 + i, outcome: one.outcome }), PROJECTED, i % 5 === 0);
      if (i % 2 === 0) profile.recordLabel(one, i % 3, 1);
    }
    return profile;
  };

  it("come back from their state, through bytes and without a change", () => {
    expect(restored(full()).toState()).toEqual(full().toState());
  });

  it("are the same after they were closed, and take more afterwards", () => {
    const closed = full();
    closed.close();
    expect(closed.toState()).toEqual(full().toState());
    const open = full();
    for (const each of [closed, open]) each.recordImage(features(), PROJECTED, false);
    expect(closed.toState()).toEqual(open.toState());
  });

  it("have clones that live on their own", () => {
    const profile = full();
    const copy = profile.clone();
    expect(copy.toState()).toEqual(profile.toState());
    copy.recordPrediction(prediction());
    copy.recordImage(features(), PROJECTED, true);
    expect(profile.toState()).toEqual(full().toState());
  });

  it("of another shape, or a state of another version, are refused", () => {
    const other = new Profile({ ...SHAPE, statistics: ["brightness", "noise"] });
    expect(() => full().merge(other)).toThrow(/different shapes/);
    expect(() => Profile.fromState({ ...full().toState(), version: 2 as never })).toThrow(/version 2/);
  });
});

function restored(profile: Profile): Profile {
  const bytes = encodePlain(profile.toState() as unknown as PlainState);
  return Profile.fromState(decodePlain(bytes) as unknown as ProfileState);
}
