import { isotonicRegression, type MonotoneCurve, readCurve } from "../math/isotonic.ts";

const FOLDS = 5;
const ERROR_BINS = 10;

export interface CalibrationState {
  readonly version: 1;
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
  readonly expectedCalibrationErrorRatio: number;
}

/**
 * From the confidence in the predicted class to the probability that it is right: an isotonic curve (Zadrozny & Elkan 2002; math/isotonic.ts)
 * through the labelled reference predictions. Only the top score counts, so the order of the classes cannot matter.
 */
export class Calibration {
  readonly #curve: MonotoneCurve;
  /**
   * Mean gap between calibrated confidence and accuracy over ten bins (Naeini et al. 2015), each image calibrated by a curve
   * that has not seen it (five folds). Chance alone gives about 0.8·√(a(1−a)·10/n): 0.05 at n = 500 and a = 0.65.
   */
  readonly expectedCalibrationErrorRatio: number;

  private constructor(curve: MonotoneCurve, expectedCalibrationErrorRatio: number) {
    this.#curve = curve;
    this.expectedCalibrationErrorRatio = expectedCalibrationErrorRatio;
  }

  /** Confidences are 0 to 1 and never NaN; `correct` has as many entries, at least one. Rows are taken to be in random order. */
  static fit(confidence: readonly number[], correct: readonly boolean[]): Calibration {
    const right = correct.map(Number);
    return new Calibration(isotonicRegression(confidence, right), crossFittedError(confidence, right));
  }

  /** 0 to 1, never falling as the confidence rises. */
  apply(confidence: number): number {
    return readCurve(this.#curve, confidence);
  }

  toState(): CalibrationState {
    const { expectedCalibrationErrorRatio } = this;
    return { version: 1, inputs: this.#curve.inputs, outputs: this.#curve.outputs, expectedCalibrationErrorRatio };
  }

  /** Throws a RangeError for a state of another version. */
  static fromState(state: CalibrationState): Calibration {
    if (state.version !== 1) throw new RangeError(`calibration of version ${state.version}; this is version 1`);
    return new Calibration({ inputs: state.inputs, outputs: state.outputs }, state.expectedCalibrationErrorRatio);
  }
}

function crossFittedError(confidence: readonly number[], right: readonly number[]): number {
  const promised = new Float64Array(confidence.length);
  for (let fold = 0; fold < Math.min(FOLDS, confidence.length); fold++) {
    const inFold = (index: number): boolean => index % FOLDS === fold;
    const curve = isotonicRegression(
      confidence.filter((_, index) => !inFold(index)),
      right.filter((_, index) => !inFold(index)),
    );
    for (const [index, value] of confidence.entries()) if (inFold(index)) promised[index] = readCurve(curve, value);
  }
  const gaps = new Float64Array(ERROR_BINS);
  for (const [index, value] of promised.entries()) {
    // A single row has no curve without it.
    const gap = Number.isNaN(value) ? 0 : value - right[index]!;
    gaps[Math.min(ERROR_BINS - 1, Math.floor((value || 0) * ERROR_BINS))]! += gap / promised.length;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
}
