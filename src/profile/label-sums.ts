import { CountTable, type CountTableState } from "../sketch/count-table.ts";
import type { RecordedPrediction } from "./prediction-sums.ts";

export interface LabelSumsState {
  readonly version: 1;
  readonly counts: Float64Array;
  readonly confusion: CountTableState;
}

/** What a Profile knows of labelled predictions. All sums are weighted except `count` and `correctCount`. */
export class LabelSums {
  count = 0;
  correctCount = 0;
  weight = 0;
  correct = 0;
  /** Σ w, Σ w·c and Σ w·c(1 − c) of the calibrated confidence c of the labelled predictions that have one. */
  estimatedWeight = 0;
  estimated = 0;
  estimatedVariance = 0;
  /** Key: true class × (K + 1) + predicted class. */
  readonly confusion: CountTable = new CountTable();
  readonly #classCount: number;

  constructor(classCount: number) {
    this.#classCount = classCount;
  }

  /** `sign` −1 takes a label back. */
  record({ weight, outcome, calibratedConfidence }: RecordedPrediction, trueClass: number, sign: 1 | -1): void {
    const right = outcome.classIndex === trueClass ? 1 : 0;
    this.count += sign;
    this.correctCount += sign * right;
    this.weight += sign * weight;
    this.correct += sign * weight * right;
    this.confusion.update(trueClass * (this.#classCount + 1) + outcome.classIndex, sign * weight);
    if (Number.isNaN(calibratedConfidence)) return;
    this.estimatedWeight += sign * weight;
    this.estimated += sign * weight * calibratedConfidence;
    this.estimatedVariance += sign * weight * calibratedConfidence * (1 - calibratedConfidence);
  }

  /** Σ w of images of a true class that were predicted as another (or the same) class. */
  cell(trueClass: number, predictedClass: number): number {
    return this.confusion.get(trueClass * (this.#classCount + 1) + predictedClass);
  }

  /** Every cell that is not zero. */
  cells(): readonly { readonly trueClass: number; readonly predictedClass: number; readonly count: number }[] {
    const width = this.#classCount + 1;
    return this.confusion
      .entries()
      .map(([key, count]) => ({ trueClass: Math.floor(key / width), predictedClass: key % width, count }));
  }

  merge(other: LabelSums): void {
    const counts = this.#counts();
    for (const [index, value] of other.#counts().entries()) counts[index]! += value;
    this.#setCounts(counts);
    this.confusion.merge(other.confusion);
  }

  toState(): LabelSumsState {
    return { version: 1, counts: this.#counts(), confusion: this.confusion.toState() };
  }

  static fromState(state: LabelSumsState, classCount: number): LabelSums {
    if (state.version !== 1) throw new RangeError(`label sums of version ${state.version}; this is version 1`);
    const sums = new LabelSums(classCount);
    sums.#setCounts(state.counts);
    sums.confusion.merge(CountTable.fromState(state.confusion));
    return sums;
  }

  #counts(): Float64Array {
    const { count, correctCount, weight, correct, estimatedWeight, estimated, estimatedVariance } = this;
    return Float64Array.of(count, correctCount, weight, correct, estimatedWeight, estimated, estimatedVariance);
  }

  #setCounts(counts: Float64Array): void {
    this.count = counts[0]!;
    this.correctCount = counts[1]!;
    this.weight = counts[2]!;
    this.correct = counts[3]!;
    this.estimatedWeight = counts[4]!;
    this.estimated = counts[5]!;
    this.estimatedVariance = counts[6]!;
  }
}
