import type { PlainState } from "../core/codec.ts";
import type { ReferenceImage } from "../core/features.ts";
import type { Profile } from "../profile/profile.ts";
import { anchoredTransport, fitAnchoredTransport, type TransportState } from "./anchored-transport.ts";
import {
  effectivePredictions,
  type FittedEstimator,
  type JudgedEstimate,
  type LabelFit,
  LEAST_PREDICTIONS,
  type PerformanceEstimator,
  type PerformanceFitContext,
} from "./estimator.ts";
import { accuracyScore, clip } from "./interval.ts";
import { fitLabelFit, type LabelFitState, LabelFitter } from "./label-fit.ts";

const NAME = "label_fit_transport";
/** Both the drift and what class shares leave of it must be this improbable before the estimate is distrusted. */
const DISTRUST_BELOW = 0.01;
/** Standard deviation τ of the estimate's own error, by the distance S of the window (measured: METHODS D). */
const ERRORS = [
  { below: 0.05, deviation: 0.03 },
  { below: 0.5, deviation: 0.031 },
  { below: 2, deviation: 0.038 },
  { below: Number.POSITIVE_INFINITY, deviation: 0.036 },
] as const;

interface State {
  /** Reference images with a prediction and a true class. */
  readonly labelled: number;
  /** K: share of right answers per true class; A0 for a class without labels. */
  readonly recalls: Float64Array;
  readonly labelFit?: LabelFitState;
  readonly transport?: TransportState;
}

/**
 * Accuracy without labels, the default: where a change of class shares explains what the images show, the accuracy at those shares;
 * where it does not, what the model's own probabilities say, anchored on the reference.
 *
 *     est = gate·Σ_y q_y·recall_y + (1 − gate)·transport               (label-fit.ts, anchored-transport.ts)
 *     90 % interval: ± 1.645·√( est(1−est)·(1/n + 1/m) + τ² )          n predictions, m labelled reference images
 *
 * Recalls do not change when only class shares do (Lipton et al. 2018); under blur or noise they do, and there the gate is shut.
 * Sees neither a class that nobody trained on nor images that are wrong in a new way: then drift that class shares cannot
 * explain is all there is, and `trusted` is false.
 * Worked number: q = (0.6, 0.4), recalls (0.9, 0.5), gate 1: 0.74.
 */
export const labelFitTransport: PerformanceEstimator = {
  name: NAME,
  title: "Estimate from class shares and transport",
  fit: (context) => fitted(fitState(context)),
  restore: (state) => fitted(state as unknown as State),
};

function fitState(context: PerformanceFitContext): State {
  const { sample } = context;
  const labelled = [...sample.basis, ...sample.rest].filter(
    ({ outcome, trueClass }) => outcome && trueClass !== undefined,
  );
  const labelFit = fitLabelFit(context);
  const transport = fitAnchoredTransport(
    labelled.filter(({ outcome }) => outcome?.probabilities),
    sample.classes.length,
  );
  return {
    labelled: labelled.length,
    recalls: recallsOf(labelled, sample.classes.length),
    ...(labelFit && { labelFit }),
    ...(transport && { transport }),
  };
}

function fitted(state: State): FittedEstimator {
  const fitter = state.labelFit && new LabelFitter(state.labelFit);
  return {
    estimate: (window) => estimate(window, state, fitter?.fit(window)),
    toState: () => state as unknown as PlainState,
  };
}

function estimate(window: Profile, state: State, labelFit: LabelFit | undefined): JudgedEstimate | undefined {
  const count = effectivePredictions(window);
  if (count < LEAST_PREDICTIONS || state.labelled < LEAST_PREDICTIONS) return undefined;
  const value = blend(window, state, labelFit);
  if (value === undefined) return undefined;
  const variance = clip(value) * (1 - clip(value)) * (1 / count + 1 / state.labelled) + errorOf(labelFit) ** 2;
  return {
    estimator: NAME,
    accuracy: accuracyScore(value, variance, window.predictions.count),
    trusted: !labelFit || labelFit.distancePValue > DISTRUST_BELOW || labelFit.residualPValue > DISTRUST_BELOW,
    ...(labelFit && { labelFit }),
  };
}

/** Undefined when the part that the gate asks for is not there: no probabilities, or no images. */
function blend(window: Profile, { recalls, transport }: State, labelFit: LabelFit | undefined): number | undefined {
  const gate = labelFit?.gate ?? 0;
  const atShares = labelFit?.classShares.reduce((sum, share, y) => sum + share * recalls[y]!, 0) ?? 0;
  if (gate === 1) return atShares;
  const moved = transport && anchoredTransport(window, transport);
  return moved === undefined ? undefined : gate * atShares + (1 - gate) * moved;
}

function errorOf(labelFit: LabelFit | undefined): number {
  const distance = labelFit?.distance ?? ERRORS[2].below;
  return ERRORS.find(({ below }) => distance < below)?.deviation ?? ERRORS[3].deviation;
}

function recallsOf(labelled: readonly ReferenceImage[], classCount: number): Float64Array {
  const overall = shareRight(labelled, 0);
  const ofClass = Array.from({ length: classCount }, (): ReferenceImage[] => []);
  for (const image of labelled) ofClass[image.trueClass as number]!.push(image);
  return Float64Array.from(ofClass, (images) => shareRight(images, overall));
}

function shareRight(images: readonly ReferenceImage[], otherwise: number): number {
  if (images.length === 0) return otherwise;
  return images.filter(({ outcome, trueClass }) => outcome?.classIndex === trueClass).length / images.length;
}
