import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { anchoredTransport, type TransportState } from "../../../src/performance/anchored-transport.ts";
import type { FittedEstimator, JudgedEstimate } from "../../../src/performance/estimator.ts";
import { labelFitTransport } from "../../../src/performance/label-fit-transport.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { accuracyOf, type Image, type Kind, profileOf, setUp, simulateImages } from "./simulated-predictions.ts";

const reference = simulateImages(1000, seededRandom(1));
const { context, calibration } = setUp(reference);
const parts = { projection: context.projection, calibration };
const fitted = labelFitTransport.fit(context);
const state = fitted.toState() as unknown as { recalls: Float64Array; transport: TransportState };
const windowOf = (count: number, seed: number, kind: Kind = {}): Profile =>
  profileOf(simulateImages(count, seededRandom(seed), kind), parts);
const estimateOf = (window: Profile, by: FittedEstimator = fitted): JudgedEstimate =>
  by.estimate(window) as JudgedEstimate;

/** Predictions of which no image was analysed. */
function unseen(images: readonly Image[], withProbabilities: boolean): Profile {
  const profile = new Profile({ statistics: [], classCount: 4, components: parts.projection.componentCount });
  for (const { ids, outcome } of images) {
    const { probabilities: _, ...label } = outcome;
    const common = { id: ids[0] as string, timeSeconds: 0, weight: 1, calibratedConfidence: 0.8 };
    profile.recordPrediction({ ...common, outcome: withProbabilities ? outcome : label });
  }
  return profile;
}

describe("the estimate from class shares and transport", () => {
  it("is the recalls at the fitted shares while the gate is open", () => {
    const { accuracy, labelFit } = estimateOf(windowOf(300, 2, { shares: [0.1, 0.6, 0.2, 0.1] }));
    expect(labelFit?.gate).toBe(1);
    const expected = labelFit?.classShares.reduce((sum, share, y) => sum + share * state.recalls[y]!, 0);
    expect(accuracy.value).toBeCloseTo(expected as number, 12);
  });

  it("is the transport while the gate is shut", () => {
    const window = windowOf(300, 3, { noise: 1.5 });
    const { accuracy, labelFit } = estimateOf(window);
    expect(labelFit?.gate).toBe(0);
    expect(accuracy.value).toBeCloseTo(anchoredTransport(window, state.transport) as number, 12);
  });

  it("is the transport, with the wide error, when no image was analysed", () => {
    const images = simulateImages(200, seededRandom(4));
    const { accuracy, labelFit, trusted } = estimateOf(unseen(images, true));
    expect(labelFit).toBeUndefined();
    expect(trusted).toBe(true);
    expect(Math.abs(accuracy.value - accuracyOf(images))).toBeLessThan(0.1);
  });

  it("is unknown without images and without probabilities", () => {
    expect(fitted.estimate(unseen(simulateImages(200, seededRandom(5)), false))).toBeUndefined();
  });

  it("can do without probabilities while class shares explain the images", () => {
    const images = simulateImages(200, seededRandom(6)).map((image) => {
      const { probabilities: _, ...label } = image.outcome;
      return { ...image, outcome: label };
    });
    expect(estimateOf(profileOf(images, parts)).labelFit?.gate).toBe(1);
  });

  it("is not trusted when images changed as no class shares change them", () => {
    expect(estimateOf(windowOf(300, 7)).trusted).toBe(true);
    expect(estimateOf(windowOf(300, 8, { shares: [0, 0.5, 0.5, 0] })).trusted).toBe(true);
    expect(estimateOf(windowOf(300, 9, { noise: 1.5 })).trusted).toBe(false);
  });

  it("has an interval of the errors that were measured, and no narrower for many predictions", () => {
    const width = (window: Profile): number => {
      const { lower, upper } = estimateOf(window).accuracy;
      return (upper as number) - (lower as number);
    };
    expect(width(windowOf(50, 10))).toBeGreaterThan(width(windowOf(2000, 11)));
    expect(width(windowOf(2000, 11))).toBeGreaterThan(2 * 1.645 * 0.03);
  });

  it("holds the truth in nine of ten windows, under class shares and without drift", () => {
    const kinds: Kind[] = [
      {},
      { shares: [0.7, 0.1, 0.1, 0.1] },
      { shares: [0, 0.4, 0.3, 0.3] },
      { shares: [0.1, 0.6, 0.2, 0.1] },
    ];
    let held = 0;
    for (let seed = 0; seed < 80; seed++) {
      const images = simulateImages(200, seededRandom(1000 + seed), kinds[seed % kinds.length]);
      const { accuracy } = estimateOf(profileOf(images, parts));
      const truth = accuracyOf(images);
      if (accuracy.lower! <= truth && truth <= accuracy.upper!) held++;
    }
    expect(held / 80).toBeGreaterThanOrEqual(0.9);
  });
});
