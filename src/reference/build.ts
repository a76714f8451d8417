import type { PlainState } from "../core/codec.ts";
import { VisionError } from "../core/errors.ts";
import type { ReferenceImage, ReferenceSample } from "../core/features.ts";
import { type Random, shuffled } from "../core/random.ts";
import { FaultSignatures, type FaultSignaturesState } from "../drift/fault-signatures.ts";
import { DETECTORS } from "../drift/index.ts";
import { OnlineLimits } from "../drift/online-limits.ts";
import { Calibration } from "../performance/calibration.ts";
import { ESTIMATORS } from "../performance/index.ts";
import { type Projected, Projection } from "../profile/projection.ts";
import type { Artefact, Recipe, ReferenceExemplarState, ReferenceTable } from "./artefact.ts";
import type { MeasuredFaults } from "./measure-faults.ts";
import { profileOf } from "./rows.ts";

const LEAST_IMAGES = 200;
const EXEMPLARS = 64;
/** Calibrating on fewer labelled images would say more about chance than about the model. */
const LEAST_LABELLED = 50;

/** One image of the folder, measured. */
export interface MeasuredImage {
  readonly file: string;
  /** SHA-256 of the file's bytes. */
  readonly contentHash: string;
  readonly image: ReferenceImage;
}

export interface BuildOptions {
  readonly model: string;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly nowSeconds: number;
  readonly random: Random;
  /** Some of the images with known faults; without them a fault is known by its image statistics only. */
  readonly faults?: MeasuredFaults;
}

/**
 * Splits the images at random into half B (principal directions) and half C (everything else), fits every part and returns the
 * artefact. Throws REFERENCE_TOO_FEW_IMAGES, REFERENCE_OVERLAP, REFERENCE_CLASS_UNSEEN.
 */
export function buildReference(measured: readonly MeasuredImage[], options: BuildOptions): Artefact {
  refuseTooFew(measured);
  refuseDuplicates(measured);
  refuseUnseenClasses(measured, options.classes);
  const images = shuffled(measured, options.random).map(({ image }) => image);
  const half = Math.floor(images.length / 2);
  const sample: ReferenceSample = {
    classes: options.classes,
    statisticNames: options.recipe.statistics,
    basis: images.slice(0, half),
    rest: images.slice(half),
  };
  return fitArtefact(sample, options);
}

function fitArtefact(sample: ReferenceSample, options: BuildOptions): Artefact {
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(sample.rest));
  const projected = sample.rest.map(({ embedding }) => projection.project(embedding));
  const calibration = fitCalibration(sample.rest);
  const profile = profileOf(sample, projected, calibration);
  const context = { sample, projection, projected, profile };
  const states = (
    parts: readonly { name: string; fit(from: typeof context): { toState(): PlainState } }[],
  ): Record<string, PlainState> => Object.fromEntries(parts.map((part) => [part.name, part.fit(context).toState()]));
  const faults = options.faults && fitFaults(options.faults, projected, projection);
  const accuracyRatio = accuracyOf([...sample.basis, ...sample.rest]);
  return {
    version: 1,
    createdSeconds: options.nowSeconds,
    model: options.model,
    recipe: options.recipe,
    classes: options.classes,
    basisImages: sample.basis.length,
    restImages: sample.rest.length,
    ...(accuracyRatio !== undefined && { accuracyRatio }),
    projection: projection.toState(),
    profile: profile.toState(),
    ...(calibration && { calibration: calibration.toState() }),
    detectors: states(DETECTORS),
    estimators: calibration ? states(ESTIMATORS) : {},
    online: OnlineLimits.fit(context).toState(),
    ...(faults && { faults }),
    table: tableOf(sample, projected),
    exemplars: chooseExemplars(sample),
  };
}

function fitFaults(
  { intact, faults }: MeasuredFaults,
  reference: readonly Projected[],
  projection: Projection,
): FaultSignaturesState | undefined {
  if (intact.length === 0) return undefined;
  const project = (embeddings: readonly Float32Array[]): Projected[] =>
    embeddings.map((each) => projection.project(each));
  const projected = faults.map((fault) => ({ ...fault, copies: project(fault.copies) }));
  return FaultSignatures.fit(projected, project(intact), reference, projection);
}

export function fitCalibration(images: readonly ReferenceImage[]): Calibration | undefined {
  const labelled = images.filter(
    ({ outcome, trueClass }) => trueClass !== undefined && outcome && !Number.isNaN(outcome.confidence),
  );
  if (labelled.length < LEAST_LABELLED) return undefined;
  return Calibration.fit(
    labelled.map(({ outcome }) => outcome?.confidence as number),
    labelled.map(({ outcome, trueClass }) => outcome?.classIndex === trueClass),
  );
}

function accuracyOf(images: readonly ReferenceImage[]): number | undefined {
  const judged = images.filter(({ outcome, trueClass }) => outcome && trueClass !== undefined);
  if (judged.length === 0) return undefined;
  return judged.filter(({ outcome, trueClass }) => outcome?.classIndex === trueClass).length / judged.length;
}

function tableOf({ rest, statisticNames }: ReferenceSample, projected: readonly Projected[]): ReferenceTable {
  const width = projected[0]?.components.length ?? 0;
  const components = new Float32Array(rest.length * width);
  const statistics = new Float64Array(rest.length * statisticNames.length);
  for (const [row, image] of rest.entries()) {
    components.set((projected[row] as Projected).components, row * width);
    statistics.set(image.statistics, row * statisticNames.length);
  }
  return {
    count: rest.length,
    components,
    statistics,
    reconstructionErrors: Float64Array.from(projected, ({ reconstructionError }) => reconstructionError),
    predictedClasses: Int32Array.from(rest, ({ outcome }) => outcome?.classIndex ?? -1),
    trueClasses: Int32Array.from(rest, ({ trueClass }) => trueClass ?? -1),
    confidences: Float64Array.from(rest, ({ outcome }) => outcome?.confidence ?? Number.NaN),
  };
}

/** Rows are in random order already, so taking turns over the classes gives every class its share of exemplars. */
function chooseExemplars({ rest, classes }: ReferenceSample): ReferenceExemplarState[] {
  const classOf = (image: ReferenceImage): number => image.trueClass ?? image.outcome?.classIndex ?? classes.length;
  const turns = rest.map((image, row) => ({ image, row, classIndex: classOf(image) }));
  const turnOf = new Map<number, number>();
  const withTurn = turns.map((entry) => {
    const turn = turnOf.get(entry.classIndex) ?? 0;
    turnOf.set(entry.classIndex, turn + 1);
    return { ...entry, turn };
  });
  return withTurn
    .sort((a, b) => a.turn - b.turn || a.row - b.row)
    .slice(0, EXEMPLARS)
    .map(({ image, row, classIndex }, index) => ({
      key: `r${index}`,
      classIndex,
      row,
      ...(image.thumbnail && { thumbnail: image.thumbnail }),
    }));
}

function refuseTooFew(measured: readonly MeasuredImage[]): void {
  if (measured.length >= LEAST_IMAGES) return;
  throw new VisionError(
    "REFERENCE_TOO_FEW_IMAGES",
    `${measured.length} usable images; at least ${LEAST_IMAGES} are needed.`,
  );
}

function refuseDuplicates(measured: readonly MeasuredImage[]): void {
  const first = new Map<string, string>();
  const pairs: string[] = [];
  for (const { file, contentHash } of measured) {
    const other = first.get(contentHash);
    if (other === undefined) first.set(contentHash, file);
    else pairs.push(`${file} = ${other}`);
  }
  if (pairs.length === 0) return;
  const shown = pairs.slice(0, 5).join("; ");
  throw new VisionError(
    "REFERENCE_OVERLAP",
    `${pairs.length} images are there twice: ${shown}${pairs.length > 5 ? "; …" : ""}`,
  );
}

function refuseUnseenClasses(measured: readonly MeasuredImage[], classes: readonly string[]): void {
  const labelled = measured.some(({ image }) => image.trueClass !== undefined);
  const seen = new Set(measured.map(({ image }) => (labelled ? image.trueClass : image.outcome?.classIndex)));
  const unseen = classes.filter((_, index) => !seen.has(index));
  if (unseen.length === 0) return;
  const how = labelled ? "labelled as" : "predicted as";
  throw new VisionError(
    "REFERENCE_CLASS_UNSEEN",
    `No reference image is ${how} ${unseen.map((name) => `"${name}"`).join(", ")}.`,
  );
}
