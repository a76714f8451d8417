import type { Assessment, ClassSummary, StatisticSummary } from "../core/assessment.ts";
import type { ImageStatistic } from "../image/statistics/statistic.ts";
import { classQuality } from "../performance/realised.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import type { QuantileSketch } from "../sketch/quantiles.ts";

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
/** A live value outside these reference quantiles is counted as outside. */
const RANGE = [0.005, 0.995] as const;

export function summariseStatistics(
  window: Profile,
  reference: Profile | undefined,
  statistics: readonly ImageStatistic[],
): StatisticSummary[] {
  return statistics.map(({ name, unit }, index) => {
    const live = window.images.statistics[index];
    const normal = reference?.images.statistics[index];
    return {
      name,
      unit,
      reference: quantiles(normal),
      live: quantiles(live),
      outsideRatio: outsideRatio(live, normal),
    };
  });
}

function quantiles(sketch: QuantileSketch | undefined): number[] {
  return sketch && sketch.count > 0 ? QUANTILES.map((q) => sketch.quantile(q)) : [];
}

function outsideRatio(live: QuantileSketch | undefined, reference: QuantileSketch | undefined): number {
  if (!live || !reference || live.count === 0 || reference.count === 0) return 0;
  const below = live.rank(reference.quantile(RANGE[0]));
  const above = 1 - live.rank(reference.quantile(RANGE[1]));
  return Math.min(1, Math.max(0, below + above));
}

export function summariseClasses(
  window: Profile,
  reference: Profile | undefined,
  classes: readonly string[],
  truth: readonly ReferenceTruth[],
  /** K: estimated shares of the true classes. */
  estimatedShares: Float64Array | undefined,
): ClassSummary[] {
  const live = window.predictions.classWeights;
  const summaries = classes.map((name, index) => ({
    name,
    referenceRatio: ratioOf(reference?.predictions.classWeights, index),
    liveRatio: ratioOf(live, index),
    predictions: live[index] ?? 0,
    ...(estimatedShares && { estimatedRatio: estimatedShares[index] ?? 0 }),
    ...truth[index],
    ...classQuality(window, index),
  }));
  const other = live[classes.length] ?? 0;
  if (other === 0) return summaries;
  return [
    ...summaries,
    { name: "other", referenceRatio: 0, liveRatio: ratioOf(live, classes.length), predictions: other },
  ];
}

/** What the labels of the reference say of a class. */
export type ReferenceTruth = Pick<ClassSummary, "referenceTrueRatio" | "referenceRecall">;

/** One entry a class; empty for a reference without labels. Time K². */
export function referenceTruth(reference: Profile | undefined, classes: readonly string[]): readonly ReferenceTruth[] {
  if (!reference || reference.labels.count === 0) return [];
  const weights = new Float64Array(classes.length + 1);
  for (const { trueClass, count } of reference.labels.cells()) weights[trueClass]! += count;
  return classes.map((_, index) => {
    const { recall } = classQuality(reference, index);
    return { referenceTrueRatio: ratioOf(weights, index), ...(recall && { referenceRecall: recall }) };
  });
}

function ratioOf(weights: Float64Array | undefined, index: number): number {
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 0;
  return total > 0 ? (weights?.[index] ?? 0) / total : 0;
}

export function summariseReference(reference: Reference | undefined): Assessment["reference"] {
  if (!reference) return { loaded: false, id: "", images: 0, createdSeconds: 0 };
  const { id, images, createdSeconds, accuracyRatio, calibration } = reference;
  return {
    loaded: true,
    id,
    images,
    createdSeconds,
    ...(accuracyRatio !== undefined && { accuracyRatio }),
    ...(calibration && { calibrationErrorRatio: calibration.expectedCalibrationErrorRatio }),
  };
}
