import { describe, expect, it } from "vitest";
import { classQuality, realised } from "../../../src/performance/realised.ts";
import { Profile } from "../../../src/profile/profile.ts";

const CLASSES = ["cat", "dog", "owl"];
const empty = (): Profile => new Profile({ statistics: [], classCount: 3, components: 0 });

interface Labelled {
  readonly predicted: number;
  readonly actual: number;
  readonly weight?: number;
  readonly calibrated?: number;
}

function profileOf(items: readonly Labelled[]): Profile {
  const profile = empty();
  for (const [index, { predicted, actual, weight = 1, calibrated = 0.8 }] of items.entries()) {
    const outcome = { classIndex: predicted, confidence: 0.9 };
    const prediction = { id: `${index}`, timeSeconds: index, weight, outcome, calibratedConfidence: calibrated };
    profile.recordPrediction(prediction);
    profile.recordLabel(prediction, actual, 1);
  }
  return profile;
}

const times = (count: number, item: Labelled): Labelled[] => Array.from({ length: count }, () => item);

describe("realised performance", () => {
  it("is unknown without labels", () => {
    expect(realised(empty(), CLASSES)).toBeUndefined();
    expect(classQuality(empty(), 0)).toEqual({});
  });

  it("has an interval already with one label", () => {
    const { accuracy } = realised(profileOf([{ predicted: 1, actual: 1 }]), CLASSES)!;
    expect(accuracy.value).toBe(1);
    expect(accuracy.lower).toBeCloseTo(1 / (1 + 1.6448536 ** 2), 6);
    expect(accuracy.sampleCount).toBe(1);
  });

  it("gives accuracy with its 90 % Wilson interval, and the cells of the confusion matrix", () => {
    const found = realised(
      profileOf([...times(9, { predicted: 0, actual: 0 }), { predicted: 0, actual: 2 }]),
      CLASSES,
    )!;
    expect(found.accuracy.value).toBeCloseTo(0.9, 12);
    expect(found.accuracy.lower).toBeCloseTo(0.6523, 4);
    expect(found.accuracy.upper).toBeCloseTo(0.9774, 4);
    expect(found.confusion).toEqual([
      { trueClass: "cat", predictedClass: "cat", count: 9 },
      { trueClass: "owl", predictedClass: "cat", count: 1 },
    ]);
  });

  it("says what calibrated confidence promised for the same images", () => {
    const found = realised(profileOf(times(100, { predicted: 0, actual: 1, calibrated: 0.9 })), CLASSES)!;
    expect(found.estimatedOnLabelled.value).toBeCloseTo(0.9, 12);
    expect(found.estimatedOnLabelled.upper).toBeCloseTo(0.9 + 1.6448536 * Math.sqrt(0.09 / 100), 6);
    expect(found.estimatedOnLabelled.sampleCount).toBe(100);
  });

  it("promises nothing without calibrated confidences", () => {
    const found = realised(profileOf([{ predicted: 0, actual: 0, calibrated: Number.NaN }]), CLASSES)!;
    expect(found.estimatedOnLabelled).toEqual({ value: Number.NaN, sampleCount: 0 });
  });

  it("weighs predictions but counts labels for the interval", () => {
    const items = [
      { predicted: 0, actual: 0, weight: 3 },
      { predicted: 0, actual: 1, weight: 1 },
    ];
    const { accuracy } = realised(profileOf(items), CLASSES)!;
    expect(accuracy.value).toBe(0.75);
    expect(accuracy.sampleCount).toBe(2);
  });

  it("calls a prediction outside the list other", () => {
    const [cell] = realised(profileOf([{ predicted: 3, actual: 1 }]), CLASSES)!.confusion;
    expect(cell).toEqual({ trueClass: "dog", predictedClass: "other", count: 1 });
  });

  it("takes back what a correction takes back", () => {
    const profile = profileOf([{ predicted: 0, actual: 1 }]);
    const outcome = { classIndex: 0, confidence: 0.9 };
    const prediction = { id: "0", timeSeconds: 0, weight: 1, outcome, calibratedConfidence: 0.8 };
    profile.recordLabel(prediction, 1, -1);
    expect(realised(profile, CLASSES)).toBeUndefined();
    profile.recordLabel(prediction, 0, 1);
    expect(realised(profile, CLASSES)?.accuracy.value).toBe(1);
  });
});

describe("the quality of a class", () => {
  // Of 5 cats 4 are found, and 2 dogs and nothing else are taken for cats.
  const profile = profileOf([
    ...times(4, { predicted: 0, actual: 0 }),
    { predicted: 1, actual: 0 },
    ...times(2, { predicted: 0, actual: 1 }),
    ...times(3, { predicted: 1, actual: 1 }),
    { predicted: 3, actual: 1 },
  ]);

  it("has precision, recall and F1", () => {
    const { precision, recall, f1Ratio } = classQuality(profile, 0);
    expect(precision?.value).toBeCloseTo(4 / 6, 12);
    expect(precision?.sampleCount).toBe(6);
    expect(recall?.value).toBeCloseTo(4 / 5, 12);
    expect(recall?.sampleCount).toBe(5);
    expect(f1Ratio).toBeCloseTo(8 / 11, 12);
  });

  it("counts a prediction outside the list against the recall of the true class", () => {
    expect(classQuality(profile, 1).recall?.value).toBeCloseTo(3 / 6, 12);
  });

  it("is silent about a class that neither was nor was predicted", () => {
    expect(classQuality(profile, 2)).toEqual({});
  });
});
