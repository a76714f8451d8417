import type { PlainState } from "../core/codec.ts";
import type { Outcome } from "../core/prediction.ts";
import { type ComponentLaw, IndependenceStep } from "../drift/online-step.ts";
import type { Profile } from "../profile/profile.ts";
import { Spacing, type SpacingState } from "./spacing.ts";

/** Classes beyond the most frequent ones share one component: an image costs 12 products of so many numbers. */
const MOST_CLASSES = 31;
/** Ranks of the confidence are told apart as far as this. */
const RANKS = 64;
/** 1/√(variance of a uniform variable) */
const UNIFORM_SCALE = Math.sqrt(12);

interface State {
  readonly step: PlainState;
  readonly spacing: SpacingState;
}

/**
 * How many predictions apart predictions are independent, found as for images (drift/online-step.ts) but on the predictions
 * themselves: they are all counted, images only as far as they are sampled. A prediction as a vector: which class it is, centred
 * and with a trace of 1 over the reference,  (1(class = k) − p_k)/√(1 − Σ p²),  and the rank of its confidence among the reference's as a number of
 * variance 1. For class shares p the mean squared product of two independent vectors is (Σp² − 2Σp³ + (Σp²)²)/(1 − Σp²)².
 *
 * Worked number: two classes of equal shares: trace 1/2, mean squared product (1/2 − 1/2 + 1/4)/(1/4) = 1; with the confidence 2.
 */
export class PredictionSpacing {
  /** Quantiles of the reference's confidence, ascending; none when it has no scores. */
  readonly #confidences: readonly number[];
  readonly #cells: readonly number[];
  readonly #law: ComponentLaw;
  readonly #classScale: number;
  readonly #step: IndependenceStep;
  readonly #spacing = new Spacing();

  constructor(reference: Profile) {
    const { classWeights, weight, confidence } = reference.predictions;
    const ranks = confidence.count > 0 ? RANKS - 1 : 0;
    this.#confidences = Array.from({ length: ranks }, (_, rank) => confidence.quantile((rank + 1) / RANKS));
    this.#cells = cellsOf(classWeights);
    const shares = new Float64Array(Math.max(0, ...this.#cells) + 1);
    for (const [index, cell] of this.#cells.entries()) shares[cell]! += classWeights[index]! / Math.max(weight, 1e-9);
    const [squares, cubes] = [2, 3].map((power) => shares.reduce((sum, share) => sum + share ** power, 0)) as [
      number,
      number,
    ];
    const trace = 1 - squares;
    this.#classScale = trace > 1e-9 ? 1 / Math.sqrt(trace) : 0;
    const classPairs = (squares - 2 * cubes + squares ** 2) * this.#classScale ** 4;
    const mean = Float64Array.from([...shares, 0], (share) => share * this.#classScale);
    this.#law = { mean, variance: this.#classScale > 0 ? 2 : 1, pairSquares: classPairs + 1 };
    this.#step = new IndependenceStep(this.#law);
  }

  get known(): boolean {
    return this.#spacing.known;
  }

  /** So many predictions count as one. */
  update({ classIndex, confidence }: Outcome): number {
    const vector = new Float64Array(this.#law.mean.length);
    vector[this.#cells[classIndex] ?? vector.length - 2]! = this.#classScale;
    vector[vector.length - 1] = this.#rank(confidence);
    this.#step.update(vector);
    return this.#spacing.follow(this.#step);
  }

  toState(): PlainState {
    const state: State = { step: this.#step.toState(), spacing: this.#spacing.toState() };
    return state as unknown as PlainState;
  }

  restore(plain: PlainState): void {
    const { step, spacing } = plain as unknown as State;
    this.#step.restore(step);
    this.#spacing.restore(spacing);
  }

  #rank(confidence: number): number {
    if (Number.isNaN(confidence) || this.#confidences.length === 0) return 0;
    let low = 0;
    let high = this.#confidences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#confidences[middle]! < confidence) low = middle + 1;
      else high = middle;
    }
    return UNIFORM_SCALE * ((low + 0.5) / RANKS - 0.5);
  }
}

/** Component of each class, the most frequent first. */
function cellsOf(classWeights: Float64Array): number[] {
  const order = [...classWeights.keys()].sort((a, b) => classWeights[b]! - classWeights[a]!);
  const cells = new Array<number>(classWeights.length).fill(0);
  for (const [position, index] of order.entries()) cells[index] = Math.min(position, MOST_CLASSES);
  return cells;
}
