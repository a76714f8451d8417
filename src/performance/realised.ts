import type { Realised } from "../core/assessment.ts";
import type { Score } from "../core/score.ts";
import { wilsonInterval } from "../math/wilson.ts";
import type { Profile } from "../profile/profile.ts";
import { accuracyScore } from "./interval.ts";

/** Quality of one class from labels; a number that has no trials is absent. */
export interface ClassQuality {
  readonly precision?: Score;
  readonly recall?: Score;
  /** 2·TP/(2·TP + FP + FN) */
  readonly f1Ratio?: number;
}

/**
 * What labels say of a window: share of right predictions with its 90 % Wilson interval, and the cells of the confusion matrix. Predictions
 * weigh by the inverse of their sampling probability; the interval counts labelled predictions. Undefined without labels.
 * `classes` are the K class names; predictions outside the list are "other".
 * Worked number: 9 of 10 right: 0.9, 0.652 to 0.977.
 */
export function realised(profile: Profile, classes: readonly string[]): Realised | undefined {
  const { labels } = profile;
  if (!(labels.count > 0 && labels.weight > 0)) return undefined;
  const nameOf = (index: number): string => classes[index] ?? "other";
  return {
    accuracy: shareScore(labels.correct, labels.weight, labels.count / labels.weight),
    estimatedOnLabelled: promised(profile),
    confusion: labels.cells().map(({ trueClass, predictedClass, count }) => ({
      trueClass: nameOf(trueClass),
      predictedClass: nameOf(predictedClass),
      count,
    })),
  };
}

/** Precision, recall and F1 of class `classIndex`, with 90 % Wilson intervals. Time K. */
export function classQuality({ labels, shape }: Profile, classIndex: number): ClassQuality {
  const right = labels.cell(classIndex, classIndex);
  let actual = 0;
  let predicted = 0;
  for (let other = 0; other <= shape.classCount; other++) {
    actual += labels.cell(classIndex, other);
    predicted += labels.cell(other, classIndex);
  }
  const unit = labels.count / labels.weight;
  return {
    ...(predicted > 0 && { precision: shareScore(right, predicted, unit) }),
    ...(actual > 0 && { recall: shareScore(right, actual, unit) }),
    ...(predicted + actual > 0 && { f1Ratio: (2 * right) / (predicted + actual) }),
  };
}

/** `unit` is the number of predictions per weight. */
function shareScore(part: number, whole: number, unit: number): Score {
  const value = Math.min(1, Math.max(0, part / whole));
  return { value, ...wilsonInterval(value, whole * unit), sampleCount: Math.round(whole * unit) };
}

/** NaN with sampleCount 0 when no labelled prediction has a calibrated confidence. */
function promised({ labels }: Profile): Score {
  const { estimatedWeight, estimated, estimatedVariance, count, weight } = labels;
  if (!(estimatedWeight > 0)) return { value: Number.NaN, sampleCount: 0 };
  const trials = (estimatedWeight * count) / weight;
  return accuracyScore(estimated / estimatedWeight, estimatedVariance / estimatedWeight / trials, Math.round(trials));
}
