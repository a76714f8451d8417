import { createHash } from "node:crypto";
import { decodePlain, encodePlain, type PlainState } from "../core/codec.ts";
import { VisionError } from "../core/errors.ts";
import type { FaultSignaturesState } from "../drift/fault-signatures.ts";
import type { CalibrationState } from "../performance/calibration.ts";
import type { ProfileState } from "../profile/profile.ts";
import type { ProjectionState } from "../profile/projection.ts";

const MAGIC = "VXREF001";
const CHECKSUM_BYTES = 32;

/** How the numbers in the artefact were made; live images must be measured the same way. */
export interface Recipe {
  readonly embedderId: string;
  readonly dimensions: number;
  readonly statistics: readonly string[];
}

/** One row per image of half C, in one order: what nearest neighbours and `reference verify` need. */
export interface ReferenceTable {
  readonly count: number;
  /** count × k */
  readonly components: Float32Array;
  readonly reconstructionErrors: Float64Array;
  /** count × S */
  readonly statistics: Float64Array;
  /** Predicted class index per row, −1 without a prediction. */
  readonly predictedClasses: Int32Array;
  /** True class index per row, −1 without a label. */
  readonly trueClasses: Int32Array;
  /** NaN without a score. */
  readonly confidences: Float64Array;
}

export interface ReferenceExemplarState {
  readonly key: string;
  readonly classIndex: number;
  /** Row of the table. */
  readonly row: number;
  readonly thumbnail?: Uint8Array;
}

/** Where calibration and estimators come from when not from the reference images. */
export interface Recalibrated {
  /** Id of the reference before. */
  readonly parentId: string;
  readonly seconds: number;
  readonly labels: number;
}

/** Everything that `reference build` found out, as one value. */
export interface Artefact {
  readonly version: 1;
  readonly createdSeconds: number;
  readonly model: string;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly basisImages: number;
  readonly restImages: number;
  readonly accuracyRatio?: number;
  readonly projection: ProjectionState;
  readonly profile: ProfileState;
  readonly calibration?: CalibrationState;
  /** Absent as built. */
  readonly recalibration?: Recalibrated;
  readonly detectors: Readonly<Record<string, PlainState>>;
  readonly estimators: Readonly<Record<string, PlainState>>;
  /** Limits of the online alarm. */
  readonly online: PlainState;
  /** How known faults of the camera move the embedding. Absent in references of version 0.1.0. */
  readonly faults?: FaultSignaturesState;
  readonly table: ReferenceTable;
  readonly exemplars: readonly ReferenceExemplarState[];
}

/** Layout: 8 bytes magic and version, 32 bytes SHA-256 of the rest, CBOR. */
export function encodeArtefact(artefact: Artefact): Uint8Array {
  const body = encodePlain(artefact as unknown as PlainState);
  return Buffer.concat([Buffer.from(MAGIC, "latin1"), checksum(body), body]);
}

/**
 * Throws REFERENCE_UNREADABLE for a file that is damaged, not ours, or of a format this version does not know.
 * `place` is the path, for the message.
 */
export function decodeArtefact(bytes: Uint8Array, place: string): { readonly id: string; readonly artefact: Artefact } {
  const magic = Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1");
  if (!magic.startsWith("VXREF")) throw new VisionError("REFERENCE_UNREADABLE", `${place} is not a reference file.`);
  if (magic !== MAGIC) {
    throw new VisionError("REFERENCE_UNREADABLE", `${place} has format ${magic.slice(5)}; this version reads 001.`);
  }
  const stored = Buffer.from(bytes.subarray(MAGIC.length, MAGIC.length + CHECKSUM_BYTES));
  const body = bytes.subarray(MAGIC.length + CHECKSUM_BYTES);
  if (!stored.equals(checksum(body))) {
    throw new VisionError("REFERENCE_UNREADABLE", `${place} is damaged: its checksum does not match its content.`);
  }
  return { id: stored.toString("hex").slice(0, 12), artefact: decodeBody(body, place) };
}

function decodeBody(body: Uint8Array, place: string): Artefact {
  try {
    return decodePlain(body) as unknown as Artefact;
  } catch (cause) {
    throw new VisionError("REFERENCE_UNREADABLE", `${place} is not what its checksum vouches for.`, { cause });
  }
}

function checksum(body: Uint8Array): Buffer {
  return createHash("sha256").update(body).digest();
}
