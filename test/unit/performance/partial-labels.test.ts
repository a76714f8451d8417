import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { JudgedEstimate } from "../../../src/performance/estimator.ts";
import { labelFitTransport } from "../../../src/performance/label-fit-transport.ts";
import { correctForLabels, type PartialLabels } from "../../../src/performance/partial-labels.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { accuracyOf, type Image, profileOf, setUp, simulateImages } from "./simulated-predictions.ts";

const { context, calibration } = setUp(simulateImages(1000, seededRandom(1)));
const parts = { projection: context.projection, calibration };
const fitted = labelFitTransport.fit(context);

function correct(images: readonly Image[], labelled: readonly Image[]): PartialLabels {
  const window = profileOf(images, parts, labelled);
  return correctForLabels(window, fitted.estimate(window) as JudgedEstimate) as PartialLabels;
}

const expectation = (value: number, trusted = true): JudgedEstimate => ({
  estimator: "test",
  accuracy: { value, sampleCount: 100 },
  trusted,
});

function oneStratum(labels: number, right: number): Profile {
  const profile = new Profile({ statistics: [], classCount: 2, components: 0 });
  for (let index = 0; index < 100; index++) {
    const prediction = {
      id: `${index}`,
      timeSeconds: 0,
      weight: 1,
      outcome: { classIndex: 0, confidence: 0.7 },
      calibratedConfidence: 0.7,
    };
    profile.recordPrediction(prediction);
    if (index < labels) profile.recordLabel(prediction, index < right ? 0 : 1, 1);
  }
  return profile;
}

describe("the estimate from some labels", () => {
  it("is unknown without labels", () => {
    expect(correctForLabels(oneStratum(0, 0), expectation(0.7))).toBeUndefined();
  });

  it("gives the worked number", () => {
    const { corrected, naive } = correctForLabels(oneStratum(16, 8), expectation(0.7)) as PartialLabels;
    expect(corrected.accuracy.value).toBeCloseTo(0.54, 12);
    expect(corrected.labelledRatio).toBeCloseTo(0.8, 12);
    expect(naive.value).toBe(0.5);
  });

  it("moves the expectation of every stratum to that of the whole", () => {
    const { corrected } = correctForLabels(oneStratum(16, 8), expectation(0.5)) as PartialLabels;
    expect(corrected.accuracy.value).toBeCloseTo((8 + 4 * 0.5) / 20, 12);
  });

  it("is told in an interval that narrows with the labels", () => {
    const width = (labels: number): number => {
      const { accuracy } = (correctForLabels(oneStratum(labels, labels * 0.7), expectation(0.7)) as PartialLabels)
        .corrected;
      return (accuracy.upper as number) - (accuracy.lower as number);
    };
    expect(width(100)).toBeLessThan(width(40));
    expect(width(40)).toBeLessThan(width(10));
  });

  it("is trusted when most of it rests on labels, whatever the expectation is worth", () => {
    const trusted = (labels: number): boolean =>
      (correctForLabels(oneStratum(labels, labels), expectation(0.7, false)) as PartialLabels).corrected.trusted;
    expect(trusted(2)).toBe(false);
    expect(trusted(50)).toBe(true);
  });

  it("does not take labels on the doubtful images alone for a fall in accuracy", () => {
    const errors: number[] = [];
    const naiveErrors: number[] = [];
    for (let seed = 0; seed < 10; seed++) {
      const images = simulateImages(500, seededRandom(10 + seed));
      const doubtful = [...images].sort((a, b) => a.outcome.confidence - b.outcome.confidence).slice(0, 100);
      const { naive, corrected } = correct(images, doubtful);
      errors.push(Math.abs(corrected.accuracy.value - accuracyOf(images)));
      naiveErrors.push(Math.abs(naive.value - accuracyOf(images)));
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(naiveErrors)).toBeGreaterThan(0.2);
    expect(mean(errors)).toBeLessThan(0.03);
  });

  it("follows the labels where these know better than the estimate", () => {
    const images = simulateImages(500, seededRandom(30)).map((image, index) =>
      // Every third truth is another one than the images show: nothing but labels can tell.
      index % 3 === 0 ? { ...image, trueClass: (image.trueClass + 1) % 4 } : image,
    );
    const { corrected } = correct(images, images.slice(0, 250));
    expect(Math.abs(corrected.accuracy.value - accuracyOf(images))).toBeLessThan(0.08);
  });

  it("is the share of right answers when all are labelled", () => {
    const images = simulateImages(2000, seededRandom(40));
    const { corrected } = correct(images, images);
    expect(corrected.accuracy.value).toBeCloseTo(accuracyOf(images), 2);
    expect(corrected.labelledRatio).toBeGreaterThan(0.9);
  });

  it("is not disturbed by labels that were all taken back", () => {
    const profile = oneStratum(1, 1);
    const outcome = { classIndex: 0, confidence: 0.7 };
    profile.recordLabel({ id: "0", timeSeconds: 0, weight: 1, outcome, calibratedConfidence: 0.7 }, 0, -1);
    expect(correctForLabels(profile, expectation(0.7))).toBeUndefined();
  });
});
