import type { Outcome } from "../core/prediction.ts";

/**
 * Shares of the reference below the cuts. Finer at the low end: under a fault most confidences fall there, and where only doubtful images get
 * labels, those in a wide lowest bin would be unlike the rest of it.
 */
const CUTS = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];
/** Bins of confidence without a reference's cuts. */
const FIFTHS = 5;
/** Classes beyond the first 50 share one set of bins. */
const STRATA_CLASSES = 50;

export interface StrataState {
  readonly weight: Float64Array;
  readonly calibrated: Float64Array;
  readonly labelled: Float64Array;
  readonly correct: Float64Array;
}

/** A prediction with a calibrated confidence. */
export interface StratifiedPrediction {
  readonly weight: number;
  readonly outcome: Outcome;
  readonly calibratedConfidence: number;
}

/**
 * Weighted sums per stratum (METHODS E): predicted class × bins of confidence, cut at quantiles of the reference's. Without them, as with a
 * reference of an earlier version, the bins are fifths of 0 to 1 of the calibrated confidence.
 */
export class Strata implements StrataState {
  readonly weight: Float64Array;
  /** Σ w·calibrated confidence */
  readonly calibrated: Float64Array;
  readonly labelled: Float64Array;
  readonly correct: Float64Array;
  readonly #lastClass: number;
  readonly #edges: readonly number[] | undefined;
  readonly #bins: number;

  constructor(classCount: number, confidenceEdges?: readonly number[]) {
    this.#lastClass = Math.min(classCount, STRATA_CLASSES);
    this.#edges = confidenceEdges;
    this.#bins = confidenceEdges ? confidenceEdges.length + 1 : FIFTHS;
    const size = (this.#lastClass + 1) * this.#bins;
    this.weight = new Float64Array(size);
    this.calibrated = new Float64Array(size);
    this.labelled = new Float64Array(size);
    this.correct = new Float64Array(size);
  }

  record(prediction: StratifiedPrediction): void {
    const stratum = this.#stratumOf(prediction);
    this.weight[stratum]! += prediction.weight;
    this.calibrated[stratum]! += prediction.weight * prediction.calibratedConfidence;
  }

  /** `sign` −1 takes a label back. */
  recordLabel(prediction: StratifiedPrediction, correct: boolean, sign: 1 | -1): void {
    const stratum = this.#stratumOf(prediction);
    this.labelled[stratum]! += sign * prediction.weight;
    if (correct) this.correct[stratum]! += sign * prediction.weight;
  }

  /**
   * Sums of other edges add up too: what was in a bin of either is still one part of the window. So do those of a state with more or fewer bins, from another
   * version: each goes to the bin at its place between the least and the most sure.
   */
  merge(other: StrataState): void {
    const bins = other.weight.length / (this.#lastClass + 1);
    for (let stratum = 0; stratum < other.weight.length; stratum++) {
      const own = Math.floor(stratum / bins) * this.#bins + Math.floor(((stratum % bins) * this.#bins) / bins);
      this.weight[own]! += other.weight[stratum]!;
      this.calibrated[own]! += other.calibrated[stratum]!;
      this.labelled[own]! += other.labelled[stratum]!;
      this.correct[own]! += other.correct[stratum]!;
    }
  }

  toState(): StrataState {
    return {
      weight: this.weight.slice(),
      calibrated: this.calibrated.slice(),
      labelled: this.labelled.slice(),
      correct: this.correct.slice(),
    };
  }

  #stratumOf({ outcome, calibratedConfidence }: StratifiedPrediction): number {
    return Math.min(outcome.classIndex, this.#lastClass) * this.#bins + this.#bin(outcome, calibratedConfidence);
  }

  #bin({ confidence }: Outcome, calibratedConfidence: number): number {
    if (!this.#edges) return Math.min(FIFTHS - 1, Math.floor(calibratedConfidence * FIFTHS));
    return this.#edges.filter((edge) => confidence > edge).length;
  }
}

/** The reference's confidences at these shares, ascending; undefined without any. NaN are left out. */
export function confidenceCuts(confidences: readonly number[]): number[] | undefined {
  const sorted = confidences.filter((confidence) => !Number.isNaN(confidence)).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return CUTS.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
}
