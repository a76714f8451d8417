import type { DriftSignal } from "../core/assessment.ts";
import type { PlainState } from "../core/codec.ts";
import type { ReferenceSample } from "../core/features.ts";
import type { Profile } from "../profile/profile.ts";
import type { Projected, Projection } from "../profile/projection.ts";

export interface FitContext {
  readonly sample: ReferenceSample;
  readonly projection: Projection;
  /** Of `sample.rest`, in its order. */
  readonly projected: readonly Projected[];
  /** The reference Profile: `sample.rest`, recorded as live traffic is. */
  readonly profile: Profile;
}

export interface DetectorNames {
  readonly classes: readonly string[];
  readonly statistics: readonly string[];
}

/** A way to compare a window with the reference. One file each; `index.ts` is the list. */
export interface Detector {
  /** In snake case: a label value. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what a high score means. */
  readonly help: string;
  /** Which of a window's two streams it compares: that one must say enough for the detector to be asked. */
  readonly looksAt: "images" | "predictions";
  /** Name of the detector that decides in its place (drift/compare.ts); absent for one that decides itself. */
  readonly decidedBy?: string;
  fit(context: FitContext): FittedDetector;
  /** `profile` is the reference Profile again; `toState` leaves out what it holds. */
  restore(state: PlainState, profile: Profile, names: DetectorNames): FittedDetector;
}

export interface FittedDetector {
  /**
   * One signal per subject that can be judged, none when the window is too small. `level` is the probability of a false
   * alarm that one signal may have (0 < level < 1); `threshold` is the score that has this probability at the window's
   * effective number of images, so that drifting ⇔ value > threshold ⇔ pValue < level.
   */
  compare(window: Profile, level: number): readonly DriftSignal[];
  toState(): PlainState;
}

/** Fewer effective images say too little for any law to hold. */
export const LEAST_IMAGES = 5;

/** Number of equally weighted images that is as noisy as these weighted ones: (Σw)²/Σw² (Kish 1965). */
export function effectiveCount(counts: { readonly weight: number; readonly weightSquares: number }): number {
  return counts.weightSquares > 0 ? counts.weight ** 2 / counts.weightSquares : 0;
}

export interface Judged {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly pValue: number;
  readonly sampleCount: number;
}

export function driftSignal(detector: string, judged: Judged, level: number): DriftSignal {
  const { subject, value, threshold, pValue, sampleCount } = judged;
  return { detector, subject, score: { value, threshold, sampleCount }, pValue, drifting: pValue < level };
}
