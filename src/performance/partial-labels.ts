import type { Score } from "../core/score.ts";
import { wilsonInterval } from "../math/wilson.ts";
import type { Profile } from "../profile/profile.ts";
import { effectivePredictions, type JudgedEstimate } from "./estimator.ts";
import { accuracyScore, clip } from "./interval.ts";

const NAME = "partial_labels";
/** Labels that the expectation of a stratum is worth. */
const PRIOR_LABELS = 4;
/** From here on the estimate is a matter of the labels, whatever is thought of the estimate without them. */
const TRUSTED_FROM = 0.5;
/** Standard deviation of the expectation's own error. */
const PRIOR_ERROR = 0.06;

export interface PartialLabels {
  /** Share of right answers among the labelled: wrong whenever labels went to the doubtful images. */
  readonly naive: Score;
  readonly corrected: JudgedEstimate & { readonly labelledRatio: number };
}

/**
 * Accuracy when only some images get labels, and not by chance. Predictions fall into strata s of predicted class × bins of confidence
 * (profile/strata.ts); within a stratum labels are taken to be by chance. Each stratum's share of right answers is shrunk towards what
 * is expected of it without labels (`unlabelled` is that estimate of the whole, D):
 *
 *     m_s = mean calibrated confidence in s + D − mean calibrated confidence
 *     a_s = (r_s + 4·m_s)/(l_s + 4);   est = Σ (n_s/n)·a_s;   λ = Σ (n_s/n)·4/(l_s + 4)
 *     var = Σ (n_s/n)²·a_s(1−a_s)·l_s/(l_s+4)² + (0.06·λ)² + est(1−est)·λ/n
 *
 * (post-stratification, Holt & Smith 1979, with an empirical prior of four labels). Undefined without labels or calibrated confidences.
 * Worked number: one stratum, n = 100, m = 0.7, l = 16 labels of which 8 right: a = (8 + 2.8)/20 = 0.54, λ = 0.2.
 */
export function correctForLabels(window: Profile, unlabelled: JudgedEstimate): PartialLabels | undefined {
  const { predictions, labels } = window;
  if (!(labels.count > 0 && labels.weight > 0 && predictions.calibratedWeight > 0)) return undefined;
  const naive = Math.min(1, Math.max(0, labels.correct / labels.weight));
  const { value, variance, priorRatio } = poolStrata(window, unlabelled.accuracy.value);
  const labelledRatio = 1 - priorRatio;
  return {
    naive: { value: naive, ...wilsonInterval(naive, labels.count), sampleCount: labels.count },
    corrected: {
      estimator: NAME,
      accuracy: accuracyScore(value, variance, predictions.calibratedCount),
      trusted: unlabelled.trusted || labelledRatio >= TRUSTED_FROM,
      labelledRatio,
    },
  };
}

function poolStrata(window: Profile, expected: number): { value: number; variance: number; priorRatio: number } {
  const { strata, count: predictionCount, calibratedCount, calibratedWeight, calibratedSum } = window.predictions;
  const count = (effectivePredictions(window) * calibratedCount) / predictionCount;
  const unit = count / calibratedWeight;
  const shift = expected - calibratedSum / calibratedWeight;
  let value = 0;
  let variance = 0;
  let priorRatio = 0;
  for (const [s, weight] of strata.weight.entries()) {
    if (!(weight > 0)) continue;
    const share = weight / calibratedWeight;
    const labelled = Math.max(0, strata.labelled[s]! * unit);
    const right = Math.min(labelled, Math.max(0, strata.correct[s]! * unit));
    const prior = clip(strata.calibrated[s]! / weight + shift);
    const accuracy = (right + PRIOR_LABELS * prior) / (labelled + PRIOR_LABELS);
    value += share * accuracy;
    priorRatio += (share * PRIOR_LABELS) / (labelled + PRIOR_LABELS);
    variance += (share ** 2 * accuracy * (1 - accuracy) * labelled) / (labelled + PRIOR_LABELS) ** 2;
  }
  variance += (PRIOR_ERROR * priorRatio) ** 2 + (value * (1 - value) * priorRatio) / count;
  return { value, variance, priorRatio };
}
