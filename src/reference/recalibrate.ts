import type { PlainState } from "../core/codec.ts";
import { VisionError } from "../core/errors.ts";
import type { ReferenceImage, ReferenceSample } from "../core/features.ts";
import type { Outcome } from "../core/prediction.ts";
import { type Random, shuffled } from "../core/random.ts";
import { Calibration } from "../performance/calibration.ts";
import type { PerformanceEstimator } from "../performance/estimator.ts";
import { ESTIMATORS } from "../performance/index.ts";
import { Projection } from "../profile/projection.ts";
import type { Artefact } from "./artefact.ts";
import { fitCalibration } from "./build.ts";
import { type CalibrationComparison, compareCalibrations } from "./calibration-check.ts";
import { rowsOf } from "./resampling.ts";
import { recordPrediction, recordRows, withoutPrediction } from "./rows.ts";
import { findSelection } from "./selective-labels.ts";

/** A prediction of the live model; labelled when its true class is known. */
export interface ProductionPrediction {
  readonly id: string;
  readonly outcome: Outcome;
  readonly trueClass?: number;
}

export interface RecalibrateOptions {
  /** Id of the reference that is recalibrated. */
  readonly parentId: string;
  readonly nowSeconds: number;
  readonly random: Random;
}

export interface Recalibration {
  readonly artefact: Artefact;
  readonly labels: number;
  readonly accuracyRatio: number;
  readonly comparison: CalibrationComparison;
  /** Estimators that were fitted to the labels, and those that could not be and stay as they were. */
  readonly renewed: readonly string[];
  readonly kept: readonly string[];
  /** Classes with so few labels that their recall is mostly chance. */
  readonly rareClasses: readonly { readonly name: string; readonly labels: number }[];
}

const LEAST_LABELS = 200;
const FEW_OF_A_CLASS = 20;

type Labelled = ProductionPrediction & { readonly trueClass: number };

/**
 * A copy of the artefact whose calibration, and what its estimators know from labels (recalls, accuracy, class shares, temperature), come
 * from labelled production predictions. What drift is measured against stays, byte for byte.
 * Throws REFERENCE_TOO_FEW_LABELS, REFERENCE_LABELS_SELECTIVE.
 */
export function recalibrate(
  artefact: Artefact,
  predictions: readonly ProductionPrediction[],
  options: RecalibrateOptions,
): Recalibration {
  const scored = shuffled(predictions, options.random).filter(({ outcome }) => !Number.isNaN(outcome.confidence));
  const labelled = scored.filter((prediction): prediction is Labelled => prediction.trueClass !== undefined);
  refuseTooFew(labelled, predictions);
  refuseSelection(labelled, scored, artefact);
  const confidences = labelled.map(({ outcome }) => outcome.confidence);
  const correct = labelled.map(({ outcome, trueClass }) => outcome.classIndex === trueClass);
  const old = artefact.calibration && Calibration.fromState(artefact.calibration);
  const comparison = compareCalibrations(confidences, correct, old);
  const images = labelled.map(imageOf);
  const calibration = fitCalibration(images) as Calibration;
  const fitted = fitEstimators(artefact, images, calibration);
  return {
    artefact: {
      ...artefact,
      calibration: calibration.toState(),
      estimators: { ...artefact.estimators, ...fitted },
      recalibration: { parentId: options.parentId, seconds: options.nowSeconds, labels: labelled.length },
    },
    labels: labelled.length,
    accuracyRatio: correct.filter(Boolean).length / correct.length,
    comparison,
    renewed: Object.keys(fitted),
    kept: Object.keys(artefact.estimators).filter((name) => !(name in fitted)),
    rareClasses: artefact.classes
      .map((name, index) => ({ name, labels: labelled.filter(({ trueClass }) => trueClass === index).length }))
      .filter(({ labels }) => labels < FEW_OF_A_CLASS),
  };
}

function refuseTooFew(labelled: readonly Labelled[], predictions: readonly ProductionPrediction[]): void {
  if (labelled.length >= LEAST_LABELS) return;
  const unscored = predictions.filter(({ outcome }) => Number.isNaN(outcome.confidence)).length;
  const why = unscored > 0 ? ` (${unscored} predictions have no score)` : "";
  throw new VisionError(
    "REFERENCE_TOO_FEW_LABELS",
    `${labelled.length} of ${predictions.length} predictions have a score and a label${why}; at least ${LEAST_LABELS} are needed.`,
  );
}

function refuseSelection(
  labelled: readonly Labelled[],
  scored: readonly ProductionPrediction[],
  { table }: Artefact,
): void {
  const confidenceOf = ({ outcome }: ProductionPrediction): number => outcome.confidence;
  const unlabelled = scored.filter(({ trueClass }) => trueClass === undefined);
  const reference = [...table.confidences].filter((confidence) => !Number.isNaN(confidence));
  const found = findSelection(labelled.map(confidenceOf), unlabelled.map(confidenceOf), reference);
  if (found === undefined) return;
  // Perhaps the model is as unsure as that today: only what has no label can tell.
  const remedy =
    unlabelled.length === 0
      ? "Give all predictions of that time with --predictions, labelled or not, to show that the labelled ones are like the others; or label a small share of all images at random."
      : undefined;
  throw new VisionError("REFERENCE_LABELS_SELECTIVE", found, remedy === undefined ? {} : { remedy });
}

/** As an image whose pixels are gone. */
function imageOf({ id, outcome, trueClass }: Labelled): ReferenceImage {
  return {
    ids: [id],
    timeSeconds: 0,
    weight: 1,
    statistics: new Float64Array(0),
    embedding: new Float32Array(0),
    outcome,
    trueClass,
  };
}

/**
 * The reference's images give the estimators what they know of the embedding, without their predictions; the labelled predictions give the rest.
 * An estimator that needs both for the same image says nothing of the reference then, and is left as it was.
 */
function fitEstimators(
  artefact: Artefact,
  labelled: readonly ReferenceImage[],
  calibration: Calibration,
): Record<string, PlainState> {
  const names = { classes: artefact.classes, statistics: artefact.recipe.statistics };
  const rows = rowsOf(artefact);
  const bare = rows.map(withoutPrediction);
  const profile = recordRows(bare, names, undefined);
  for (const image of labelled) recordPrediction(profile, image, calibration);
  const sample: ReferenceSample = {
    classes: names.classes,
    statisticNames: names.statistics,
    basis: labelled,
    rest: bare.map(({ image }) => image),
  };
  const context = {
    sample,
    projection: Projection.fromState(artefact.projection),
    projected: rows.map(({ projected }) => projected),
    profile,
  };
  const fits = (estimator: PerformanceEstimator): [string, PlainState][] => {
    const fitted = estimator.fit(context);
    return fitted.estimate(profile) ? [[estimator.name, fitted.toState()]] : [];
  };
  return Object.fromEntries(ESTIMATORS.flatMap(fits));
}
