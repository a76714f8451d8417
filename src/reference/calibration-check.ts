import { Calibration } from "../performance/calibration.ts";

const FOLDS = 5;
const BINS = 10;

/** How far promised confidences are from what came true. */
export interface CalibrationError {
  /** Mean gap between promise and accuracy over ten bins of the promise (expected calibration error, Naeini et al. 2015). */
  readonly expectedRatio: number;
  /** Mean squared difference between promise and outcome (Brier 1950): lower is better, and a bolder promise that comes true wins. */
  readonly brier: number;
}

export interface CalibrationComparison {
  readonly before: CalibrationError;
  /** Each prediction judged by a curve that has not seen it. */
  readonly after: CalibrationError;
}

/**
 * The old curve, which has seen none of these predictions, against new ones on held-out fifths. Rows are taken to be in random order.
 * `before` is undefined when the reference has no calibration: then the raw confidence is what was promised.
 */
export function compareCalibrations(
  confidences: readonly number[],
  correct: readonly boolean[],
  before: Calibration | undefined,
): CalibrationComparison {
  const fold = (index: number): number => index % FOLDS;
  const curves = Array.from({ length: FOLDS }, (_, left) =>
    Calibration.fit(
      confidences.filter((_, index) => fold(index) !== left),
      correct.filter((_, index) => fold(index) !== left),
    ),
  );
  const old = confidences.map((confidence) => before?.apply(confidence) ?? confidence);
  const renewed = confidences.map((confidence, index) => curves[fold(index)]!.apply(confidence));
  return { before: errorOf(old, correct), after: errorOf(renewed, correct) };
}

function errorOf(promised: readonly number[], correct: readonly boolean[]): CalibrationError {
  const gaps = new Float64Array(BINS);
  let brier = 0;
  for (const [index, promise] of promised.entries()) {
    const gap = promise - (correct[index] ? 1 : 0);
    gaps[Math.min(BINS - 1, Math.floor(promise * BINS))]! += gap / promised.length;
    brier += gap ** 2 / promised.length;
  }
  return { expectedRatio: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0), brier };
}
