import type { ReferenceImage } from "../core/features.ts";
import { type Random, seededRandom, shuffled } from "../core/random.ts";
import { fitTemperature, temper } from "../math/temperature.ts";
import { transportCost } from "../math/transport.ts";
import type { Profile } from "../profile/profile.ts";
import { LEAST_PREDICTIONS } from "./estimator.ts";

/** Numbers of rows at which the anchor is known; the reservoir of a Profile holds 256. */
const SIZES = [8, 16, 32, 64, 128, 256] as const;
const WINDOWS = 40;
const LEAST_WINDOWS = 4;
/** Rows × classes over which one size may draw windows; bounds the fit at 1,000 classes. */
const CELL_BUDGET = 1_000_000;
const SEED = 20_201;
/** How much more accuracy falls than its transport estimate (METHODS D). */
const SLOPE = 1.2;

export interface TransportState {
  readonly temperature: number;
  /** K: q0, true class shares of the reference. */
  readonly classShares: Float64Array;
  /** Absent in references of earlier versions: a class took no more than its share, even if that is less than a row. */
  readonly wholeRows?: boolean;
  readonly accuracy: number;
  /** Mean transport estimate of reference windows of so many rows. */
  readonly anchorSizes: Float64Array;
  readonly anchors: Float64Array;
}

/** `images` are labelled and have probabilities. Undefined below five. */
export function fitAnchoredTransport(
  images: readonly ReferenceImage[],
  classCount: number,
): TransportState | undefined {
  if (images.length < LEAST_PREDICTIONS) return undefined;
  const rows = images.map(({ outcome }) => outcome?.probabilities as Float64Array);
  const trueClasses = images.map(({ trueClass }) => trueClass as number);
  const temperature = fitTemperature(rows, trueClasses);
  const tempered = rows.map((row) => temper(row, temperature));
  const classShares = sharesOf(trueClasses, classCount);
  const random = seededRandom(SEED);
  return {
    temperature,
    classShares,
    wholeRows: true,
    accuracy: images.filter(({ outcome, trueClass }) => outcome?.classIndex === trueClass).length / images.length,
    anchorSizes: Float64Array.from(SIZES),
    anchors: Float64Array.from(SIZES, (size) => anchorAt(size, tempered, classShares, random)),
  };
}

/**
 * Confidence optimal transport (Lu et al. 2023), anchored: the n probability rows of a window, at temperature T (math/temperature.ts), are moved at
 * least cost onto the reference's class shares, cost 1 − p_y (math/transport.ts), and what that gives is corrected by what it gave for
 * reference windows of the same size, whose accuracy A0 is known:
 *
 *     COT = 1 − cost;     est = ½·( COT + A0 − 1.2·(COT0(n) − COT) )
 *
 * A window that is sure of the wrong mix of classes has to be moved far. Undefined when fewer than five rows are known.
 * Worked number: COT 0.6, COT0 0.7, A0 0.72: ½·(0.6 + 0.72 − 0.12) = 0.6.
 */
export function anchoredTransport({ predictions }: Profile, state: TransportState): number | undefined {
  const rows = predictions.rows.rows();
  if (rows.length < LEAST_PREDICTIONS) return undefined;
  const estimate =
    1 -
    transportCost(
      rows.map((row) => temper(row, state.temperature)),
      state.wholeRows ? roomFor(rows.length, state.classShares) : state.classShares,
    );
  return (estimate + state.accuracy - SLOPE * (anchorFor(rows.length, state) - estimate)) / 2;
}

function anchorAt(size: number, rows: readonly Float64Array[], classShares: Float64Array, random: Random): number {
  const windows = Math.max(LEAST_WINDOWS, Math.min(WINDOWS, Math.floor(CELL_BUDGET / (size * classShares.length))));
  const room = roomFor(size, classShares);
  let sum = 0;
  for (let window = 0; window < windows; window++) {
    sum += 1 - transportCost(shuffled(rows, random).slice(0, size), room);
  }
  return sum / windows;
}

/** A class of the reference has room for one row at least: of 1,000 classes, 256 rows would otherwise be torn in four. */
function roomFor(rowCount: number, classShares: Float64Array): Float64Array {
  return classShares.map((share) => (share > 0 ? Math.max(share, 1 / rowCount) : 0));
}

function sharesOf(classIndexes: readonly number[], classCount: number): Float64Array {
  const shares = new Float64Array(classCount);
  for (const classIndex of classIndexes) shares[classIndex]! += 1 / classIndexes.length;
  return shares;
}

/** Linear in 1/√n between the sizes, the rate at which class shares of n rows become sure; constant outside. */
function anchorFor(size: number, { anchorSizes, anchors }: TransportState): number {
  const next = anchorSizes.findIndex((known) => known >= size);
  if (next <= 0) return anchors.at(next)!;
  const place = (n: number): number => 1 / Math.sqrt(n);
  const [low, high] = [place(anchorSizes[next - 1]!), place(anchorSizes[next]!)];
  const share = (place(size) - low) / (high - low);
  return anchors[next - 1]! + share * (anchors[next]! - anchors[next - 1]!);
}
