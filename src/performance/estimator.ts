import type { Estimate } from "../core/assessment.ts";
import type { PlainState } from "../core/codec.ts";
import type { ReferenceSample } from "../core/features.ts";
import type { Profile } from "../profile/profile.ts";
import type { Projected, Projection } from "../profile/projection.ts";

export interface PerformanceFitContext {
  /** Predictions and true classes of both halves may be used: the basis half decided nothing but directions of the embedding. */
  readonly sample: ReferenceSample;
  readonly projection: Projection;
  /** Of `sample.rest`, in its order. */
  readonly projected: readonly Projected[];
  /** The reference Profile: `sample.rest`, recorded as live traffic is. */
  readonly profile: Profile;
}

/** A way to tell the accuracy of a window from its predictions and images alone. One file each; `index.ts` is the list. */
export interface PerformanceEstimator {
  /** In snake case: a label value. */
  readonly name: string;
  readonly title: string;
  fit(context: PerformanceFitContext): FittedEstimator;
  restore(state: PlainState): FittedEstimator;
}

export interface FittedEstimator {
  /** Undefined when the window, or the reference, does not hold what the estimate is made from. */
  estimate(window: Profile): JudgedEstimate | undefined;
  toState(): PlainState;
}

/** How much of the embedding drift a change of class shares can account for (label-fit.ts). */
export interface LabelFit {
  /** K: estimated share of each true class in the window; sums to 1. */
  readonly classShares: Float64Array;
  /** Debiased squared distance of the window from the reference, and what of it is left at these class shares. */
  readonly distance: number;
  readonly residual: number;
  /** Probabilities of distances this large without drift, and of residuals this large if only class shares changed. */
  readonly distancePValue: number;
  readonly residualPValue: number;
  /** 1: class shares explain the drift, 0: they do not. */
  readonly gate: number;
}

/**
 * An estimate with the reason for its trust. `trusted` is false when the images drifted and class shares alone cannot be why; whoever
 * knows of another harmless reason, such as an image statistic that moved, may overrule it (explain/verdict.ts).
 */
export interface JudgedEstimate extends Estimate {
  /** Share of the estimate that rests on labels: 0 or absent for none, 1 for nothing else. */
  readonly labelledRatio?: number;
  readonly labelFit?: LabelFit;
}

/** Fewer predictions say nothing. */
export const LEAST_PREDICTIONS = 5;

/** Number of equally weighted predictions that is as noisy as these weighted ones: (Σw)²/Σw² (Kish 1965). */
export function effectivePredictions({ predictions }: Profile): number {
  const { weight, weightSquares } = predictions;
  return weightSquares > 0 ? weight ** 2 / weightSquares : 0;
}
