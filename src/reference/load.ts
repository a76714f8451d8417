import { readFileSync, statSync } from "node:fs";
import type { PlainState } from "../core/codec.ts";
import { VisionError } from "../core/errors.ts";
import type { FittedDetector } from "../drift/detector.ts";
import { FaultSignatures } from "../drift/fault-signatures.ts";
import { DETECTORS } from "../drift/index.ts";
import { OnlineLimits } from "../drift/online-limits.ts";
import { Calibration } from "../performance/calibration.ts";
import type { FittedEstimator } from "../performance/estimator.ts";
import { ESTIMATORS } from "../performance/index.ts";
import { Profile } from "../profile/profile.ts";
import { type Projected, Projection } from "../profile/projection.ts";
import { type Artefact, decodeArtefact, type Recipe, type ReferenceTable } from "./artefact.ts";
import { type ReferenceFourier, referenceFourier } from "./fourier.ts";

/** A reference ready to compare with. */
export interface Reference {
  /** First 12 hex digits of the artefact's checksum. */
  readonly id: string;
  readonly createdSeconds: number;
  readonly images: number;
  readonly accuracyRatio?: number;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly projection: Projection;
  readonly profile: Profile;
  readonly calibration?: Calibration;
  readonly detectors: ReadonlyMap<string, FittedDetector>;
  readonly estimators: readonly FittedEstimator[];
  readonly online: OnlineLimits;
  /** Absent when the reference was built without them. */
  readonly faults?: FaultSignatures;
  readonly fourier: ReferenceFourier;
  readonly exemplars: ReferenceExemplars;
  /** The images of half C, as live ones are projected; made when first asked for, that is at the first drift. */
  projected(): readonly Projected[];
}

/** About 100,000 images with thumbnails are a tenth of it. */
const MOST_BYTES = 2 ** 30;

/**
 * Throws REFERENCE_UNREADABLE; REFERENCE_MISMATCH when the artefact was made with another recipe than `running`, which is left out
 * when no image will be compared with it.
 */
export function loadReference(path: string, running: Recipe | undefined): Reference {
  const { id, artefact } = readArtefact(path);
  try {
    if (running) checkRecipe(path, artefact.recipe, running);
    return restoreReference(id, artefact);
  } catch (cause) {
    if (cause instanceof VisionError) throw cause;
    // Its checksum is right, so it was not damaged but made by something else.
    throw new VisionError("REFERENCE_UNREADABLE", `${path} lacks parts of a reference.`, { cause });
  }
}

export function readArtefact(path: string): { readonly id: string; readonly artefact: Artefact } {
  let bytes: Uint8Array;
  try {
    bytes = readBounded(path);
  } catch (cause) {
    throw new VisionError("REFERENCE_UNREADABLE", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return decodeArtefact(bytes, path);
}

function readBounded(path: string): Uint8Array {
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes; the limit is ${MOST_BYTES}`);
  return readFileSync(path);
}

export function restoreReference(id: string, artefact: Artefact): Reference {
  const profile = Profile.fromState(artefact.profile);
  const projection = Projection.fromState(artefact.projection);
  let rows: readonly Projected[] | undefined;
  const names = { classes: artefact.classes, statistics: artefact.recipe.statistics };
  return {
    id,
    createdSeconds: artefact.createdSeconds,
    images: artefact.basisImages + artefact.restImages,
    ...(artefact.accuracyRatio !== undefined && { accuracyRatio: artefact.accuracyRatio }),
    recipe: artefact.recipe,
    classes: artefact.classes,
    projection,
    profile,
    ...(artefact.calibration && { calibration: Calibration.fromState(artefact.calibration) }),
    detectors: new Map(
      DETECTORS.filter(({ name }) => name in artefact.detectors).map((detector) => [
        detector.name,
        detector.restore(artefact.detectors[detector.name] as PlainState, profile, names),
      ]),
    ),
    estimators: ESTIMATORS.filter(({ name }) => name in artefact.estimators).map((estimator) =>
      estimator.restore(artefact.estimators[estimator.name] as PlainState),
    ),
    online: OnlineLimits.fromState(artefact.online),
    ...(artefact.faults && { faults: new FaultSignatures(artefact.faults, projection) }),
    fourier: referenceFourier(id, artefact.table, projection.componentCount),
    exemplars: new ReferenceExemplars(artefact),
    projected: () => {
      rows ??= projectedRows(artefact.table, projection);
      return rows;
    },
  };
}

/** The rows of the table, projected again: bins and energy follow from the components. */
export function projectedRows(
  { count, components, reconstructionErrors }: ReferenceTable,
  projection: Projection,
): Projected[] {
  const width = projection.componentCount;
  return Array.from({ length: count }, (_, row) =>
    projection.complete(
      Float64Array.from(components.subarray(row * width, (row + 1) * width)),
      reconstructionErrors[row] as number,
    ),
  );
}

/** Throws REFERENCE_MISMATCH when the reference at `path` was built with another recipe than the running one. */
export function checkRecipe(path: string, built: Recipe, running: Recipe): void {
  const faults: string[] = [];
  if (built.embedderId !== running.embedderId) faults.push("another embedding network or preprocessing");
  if (built.statistics.join() !== running.statistics.join()) faults.push("another list of image statistics");
  if (faults.length > 0) throw new VisionError("REFERENCE_MISMATCH", `${path} was built with ${faults.join(" and ")}.`);
}

/** The reference images that the gallery can show, found by distance in the space of principal components. */
export class ReferenceExemplars {
  readonly #artefact: Artefact;
  readonly #width: number;

  constructor(artefact: Artefact) {
    this.#artefact = artefact;
    this.#width = artefact.table.count > 0 ? artefact.table.components.length / artefact.table.count : 0;
  }

  /** Keys of the `count` exemplars nearest to an image, nearest first; those of its predicted class come before all others. */
  nearest(projected: Projected, count: number, predictedClass: number | undefined): string[] {
    return this.#artefact.exemplars
      .map(({ key, row, classIndex }) => ({
        key,
        other: classIndex === predictedClass ? 0 : 1,
        distance: this.#squaredDistance(projected.components, row),
      }))
      .sort((a, b) => a.other - b.other || a.distance - b.distance)
      .slice(0, count)
      .map(({ key }) => key);
  }

  thumbnail(key: string): Uint8Array | undefined {
    return this.#artefact.exemplars.find((exemplar) => exemplar.key === key)?.thumbnail;
  }

  #squaredDistance(components: Float64Array, row: number): number {
    const offset = row * this.#width;
    const table = this.#artefact.table.components;
    let sum = 0;
    for (let i = 0; i < this.#width; i++) sum += ((components[i] as number) - (table[offset + i] as number)) ** 2;
    return sum;
  }
}
