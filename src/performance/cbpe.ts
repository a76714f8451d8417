import type { PlainState } from "../core/codec.ts";
import type { Profile } from "../profile/profile.ts";
import {
  effectivePredictions,
  type FittedEstimator,
  type JudgedEstimate,
  LEAST_PREDICTIONS,
  type PerformanceEstimator,
} from "./estimator.ts";
import { accuracyScore } from "./interval.ts";

const NAME = "cbpe";

interface State {
  /** Reference predictions that the calibration was fitted to. */
  readonly calibrated: number;
}

/**
 * Confidence-based performance estimation, the article's method: accuracy is the mean calibrated confidence c̄ (calibration.ts).
 *
 *     est = Σw·c / Σw;    variance = s²·(1/n + 1/m),  s² = Σw·c(1−c) / Σw
 *
 * 1/n: the answers of the window are themselves chance; 1/m: so were those of the m reference images that the curve was fitted
 * to. It is right as long as confidence means what it meant there; blur and new classes end that, and the interval does not know.
 * Worked number: c = 0.9 a hundred times, m = 500: 0.9 ± 1.645·√(0.09·0.012) = 0.9 ± 0.054.
 */
export const cbpe: PerformanceEstimator = {
  name: NAME,
  title: "Confidence-based estimate (CBPE)",
  fit: ({ profile }) => fitted({ calibrated: profile.predictions.calibratedCount }),
  restore: (state) => fitted(state as unknown as State),
};

function fitted(state: State): FittedEstimator {
  return {
    estimate: (window) => estimate(window, state.calibrated),
    toState: () => ({ ...state }) as PlainState,
  };
}

function estimate(window: Profile, calibrated: number): JudgedEstimate | undefined {
  const { count, calibratedCount, calibratedWeight, calibratedSum, calibratedVarianceSum } = window.predictions;
  if (calibratedCount < LEAST_PREDICTIONS || !(calibratedWeight > 0) || calibrated === 0) return undefined;
  const spread = calibratedVarianceSum / calibratedWeight;
  const trials = (effectivePredictions(window) * calibratedCount) / count;
  const variance = spread * (1 / trials + 1 / calibrated);
  return {
    estimator: NAME,
    accuracy: accuracyScore(calibratedSum / calibratedWeight, variance, calibratedCount),
    trusted: true,
  };
}
