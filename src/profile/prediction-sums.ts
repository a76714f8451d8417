import type { Outcome } from "../core/prediction.ts";
import { hashToUnit } from "../core/random.ts";
import { QuantileSketch, type QuantileState } from "../sketch/quantiles.ts";
import { Reservoir, type ReservoirState } from "../sketch/reservoir.ts";

/** A prediction as a Profile takes it. */
export interface RecordedPrediction {
  readonly id: string;
  readonly timeSeconds: number;
  readonly weight: number;
  readonly outcome: Outcome;
  /** Probability that the prediction is right; NaN without a calibration or a score. */
  readonly calibratedConfidence: number;
}

const RESERVOIR_ROWS = 256;
/**
 * A closed chunk is a small part of the windows it is in (an eighth or less, chunk-log.ts), so it needs few of their 256 rows; of many classes,
 * rows are long.
 */
const CLOSED_NUMBERS = 8192;
const LEAST_CLOSED_ROWS = 32;
/** Strata of METHODS E: predicted class × bins of the calibrated confidence; classes beyond the first 50 share one. */
export const STRATA_BINS = 5;
const STRATA_CLASSES = 50;

export interface PredictionSumsState {
  readonly version: 1;
  readonly counts: Float64Array;
  readonly classWeights: Float64Array;
  readonly confidence: QuantileState;
  readonly rows: ReservoirState;
  readonly strata: { readonly [name in keyof Strata]: Float64Array };
}

interface Strata {
  readonly weight: Float64Array;
  /** Σ w·calibrated confidence */
  readonly calibrated: Float64Array;
  readonly labelled: Float64Array;
  readonly correct: Float64Array;
}

/** What a Profile knows of predictions: class shares, confidence, and the sums that estimated accuracy is made from. */
export class PredictionSums {
  /** Number of predictions, not weighted. */
  count = 0;
  weight = 0;
  weightSquares = 0;
  /** Of the predictions that have a calibrated confidence c: number, Σ w, Σ w·c and Σ w·c(1 − c). */
  calibratedCount = 0;
  calibratedWeight = 0;
  calibratedSum = 0;
  calibratedVarianceSum = 0;
  /** K + 1: Σ w per predicted class, "other" last. */
  readonly classWeights: Float64Array;
  readonly confidence: QuantileSketch = new QuantileSketch();
  /** A uniform sample of probability rows (K numbers each); the tag is the predicted class. */
  readonly rows: Reservoir;
  readonly strata: Strata;
  readonly #classCount: number;

  constructor(classCount: number) {
    this.#classCount = classCount;
    this.classWeights = new Float64Array(classCount + 1);
    this.rows = new Reservoir(RESERVOIR_ROWS, classCount);
    const size = (Math.min(classCount, STRATA_CLASSES) + 1) * STRATA_BINS;
    this.strata = {
      weight: new Float64Array(size),
      calibrated: new Float64Array(size),
      labelled: new Float64Array(size),
      correct: new Float64Array(size),
    };
  }

  /**
   * All predictions are summed, since counts and accuracy are of all; but the variance of a share of n predictions of which only every
   * `spacing`-th is independent of the one before is that of n/spacing, and Σw² is what tells it.
   */
  record({ id, timeSeconds, weight, outcome, calibratedConfidence }: RecordedPrediction, spacing = 1): void {
    this.count += 1;
    this.weight += weight;
    this.weightSquares += spacing * weight * weight;
    this.classWeights[Math.min(outcome.classIndex, this.#classCount)]! += weight;
    if (!Number.isNaN(outcome.confidence)) this.confidence.update(outcome.confidence, weight);
    // With its time, because an id made from the content comes again with every still picture.
    const key = hashToUnit(`${id} ${timeSeconds}`);
    if (outcome.probabilities) this.rows.offer(key, outcome.probabilities, outcome.classIndex);
    if (Number.isNaN(calibratedConfidence)) return;
    this.calibratedCount += 1;
    this.calibratedWeight += weight;
    this.calibratedSum += weight * calibratedConfidence;
    this.calibratedVarianceSum += weight * calibratedConfidence * (1 - calibratedConfidence);
    const stratum = this.#stratum(outcome.classIndex, calibratedConfidence);
    this.strata.weight[stratum]! += weight;
    this.strata.calibrated[stratum]! += weight * calibratedConfidence;
  }

  /** `sign` −1 takes a label back. */
  recordLabel({ outcome, weight, calibratedConfidence }: RecordedPrediction, correct: boolean, sign: 1 | -1): void {
    if (Number.isNaN(calibratedConfidence)) return;
    const stratum = this.#stratum(outcome.classIndex, calibratedConfidence);
    this.strata.labelled[stratum]! += sign * weight;
    if (correct) this.strata.correct[stratum]! += sign * weight;
  }

  merge(other: PredictionSums): void {
    const counts = this.#counts();
    for (const [index, value] of other.#counts().entries()) counts[index]! += value;
    this.#setCounts(counts);
    addTo(this.classWeights, other.classWeights);
    this.confidence.merge(other.confidence);
    this.rows.merge(other.rows);
    for (const name of Object.keys(this.strata) as (keyof Strata)[]) addTo(this.strata[name], other.strata[name]);
  }

  /** Called when no more predictions are expected. */
  close(): void {
    this.confidence.close();
    this.rows.trim(Math.max(LEAST_CLOSED_ROWS, Math.floor(CLOSED_NUMBERS / this.#classCount)));
  }

  toState(): PredictionSumsState {
    const { weight, calibrated, labelled, correct } = this.strata;
    return {
      version: 1,
      counts: this.#counts(),
      classWeights: this.classWeights.slice(),
      confidence: this.confidence.toState(),
      rows: this.rows.toState(),
      strata: {
        weight: weight.slice(),
        calibrated: calibrated.slice(),
        labelled: labelled.slice(),
        correct: correct.slice(),
      },
    };
  }

  static fromState(state: PredictionSumsState): PredictionSums {
    if (state.version !== 1) throw new RangeError(`prediction sums of version ${state.version}; this is version 1`);
    const sums = new PredictionSums(state.classWeights.length - 1);
    sums.#setCounts(state.counts);
    sums.classWeights.set(state.classWeights);
    sums.confidence.merge(QuantileSketch.fromState(state.confidence));
    sums.rows.merge(Reservoir.fromState(state.rows));
    for (const name of Object.keys(sums.strata) as (keyof Strata)[]) sums.strata[name].set(state.strata[name]);
    return sums;
  }

  #stratum(classIndex: number, calibratedConfidence: number): number {
    const bin = Math.min(STRATA_BINS - 1, Math.floor(calibratedConfidence * STRATA_BINS));
    return Math.min(classIndex, STRATA_CLASSES, this.#classCount) * STRATA_BINS + bin;
  }

  #counts(): Float64Array {
    const { count, weight, weightSquares, calibratedCount, calibratedWeight, calibratedSum, calibratedVarianceSum } =
      this;
    return Float64Array.of(
      count,
      weight,
      weightSquares,
      calibratedCount,
      calibratedWeight,
      calibratedSum,
      calibratedVarianceSum,
    );
  }

  #setCounts(counts: Float64Array): void {
    this.count = counts[0]!;
    this.weight = counts[1]!;
    this.weightSquares = counts[2]!;
    this.calibratedCount = counts[3]!;
    this.calibratedWeight = counts[4]!;
    this.calibratedSum = counts[5]!;
    this.calibratedVarianceSum = counts[6]!;
  }
}

function addTo(sums: Float64Array, others: Float64Array): void {
  for (let index = 0; index < sums.length; index++) sums[index]! += others[index]!;
}
