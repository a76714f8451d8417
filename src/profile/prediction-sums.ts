import type { Outcome } from "../core/prediction.ts";
import { hashToUnit } from "../core/random.ts";
import { QuantileSketch, type QuantileState } from "../sketch/quantiles.ts";
import { Reservoir, type ReservoirState } from "../sketch/reservoir.ts";
import { Strata, type StrataState } from "./strata.ts";

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

export interface PredictionSumsState {
  readonly version: 1;
  readonly counts: Float64Array;
  readonly classWeights: Float64Array;
  readonly confidence: QuantileState;
  readonly rows: ReservoirState;
  readonly strata: StrataState;
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

  constructor(classCount: number, confidenceEdges?: readonly number[]) {
    this.#classCount = classCount;
    this.classWeights = new Float64Array(classCount + 1);
    this.rows = new Reservoir(RESERVOIR_ROWS, classCount);
    this.strata = new Strata(classCount, confidenceEdges);
  }

  /**
   * All predictions are summed, since counts and accuracy are of all; but the variance of a share of n predictions of which only every
   * `spacing`-th is independent of the one before is that of n/spacing, and Σw² is what tells it.
   */
  record(prediction: RecordedPrediction, spacing = 1): void {
    const { id, timeSeconds, weight, outcome, calibratedConfidence } = prediction;
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
    this.strata.record(prediction);
  }

  /** `sign` −1 takes a label back. */
  recordLabel(prediction: RecordedPrediction, correct: boolean, sign: 1 | -1): void {
    if (!Number.isNaN(prediction.calibratedConfidence)) this.strata.recordLabel(prediction, correct, sign);
  }

  merge(other: PredictionSums): void {
    const counts = this.#counts();
    for (const [index, value] of other.#counts().entries()) counts[index]! += value;
    this.#setCounts(counts);
    addTo(this.classWeights, other.classWeights);
    this.confidence.merge(other.confidence);
    this.rows.merge(other.rows);
    this.strata.merge(other.strata);
  }

  /** Called when no more predictions are expected. */
  close(): void {
    this.confidence.close();
    this.rows.trim(Math.max(LEAST_CLOSED_ROWS, Math.floor(CLOSED_NUMBERS / this.#classCount)));
  }

  toState(): PredictionSumsState {
    return {
      version: 1,
      counts: this.#counts(),
      classWeights: this.classWeights.slice(),
      confidence: this.confidence.toState(),
      rows: this.rows.toState(),
      strata: this.strata.toState(),
    };
  }

  static fromState(state: PredictionSumsState, confidenceEdges?: readonly number[]): PredictionSums {
    if (state.version !== 1) throw new RangeError(`prediction sums of version ${state.version}; this is version 1`);
    const sums = new PredictionSums(state.classWeights.length - 1, confidenceEdges);
    sums.#setCounts(state.counts);
    sums.classWeights.set(state.classWeights);
    sums.confidence.merge(QuantileSketch.fromState(state.confidence));
    sums.rows.merge(Reservoir.fromState(state.rows));
    sums.strata.merge(state.strata);
    return sums;
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
