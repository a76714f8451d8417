import { chiSquareSurvival } from "../math/special-functions.ts";

const BINS = 10;
/** Neither chance: this improbable … */
const SURELY_BELOW = 1e-3;
/** … nor harmless: this share of the labels would have to be others. */
const SELECTIVE_FROM = 0.1;
/** A stretch of confidence that holds this share of all predictions … */
const GAP_SHARE = 0.2;
/** … has labels when it has this part of its due. */
const GAP_FILLED_FROM = 0.2;
const LEAST_UNLABELLED = 50;

/**
 * Were the labels given by chance? With the unlabelled predictions of the same time beside them this is a comparison of two samples, over tenths of
 * the confidence of all of them:
 *
 *     X² = Σ_b (l_b − L·s_b)² / (L·s_b·(1 − L/N)),  total variation = ½·Σ_b |l_b/L − s_b|
 *
 * (l_b of L labels in bin b, s_b its share of all N; 1 − L/N since the labelled are part of all). Without unlabelled ones
 * the reference has to stand for them, whose confidence may rightly be another: then only a gap counts, a stretch of confidence with 20 % of the
 * reference's predictions and less than a fifth of the labels due to it.
 * Gives the sentence that says what is missing, or undefined. Confidences are 0 to 1 and never NaN.
 */
export function findSelection(
  labelled: readonly number[],
  unlabelled: readonly number[],
  reference: readonly number[],
): string | undefined {
  return unlabelled.length >= LEAST_UNLABELLED
    ? againstAll(labelled, unlabelled)
    : againstReference(labelled, reference);
}

function againstAll(labelled: readonly number[], unlabelled: readonly number[]): string | undefined {
  const all = [...labelled, ...unlabelled];
  const edges = edgesOf(all);
  const [shares, given] = [sharesIn(all, edges), sharesIn(labelled, edges)];
  const unlabelledRatio = unlabelled.length / all.length;
  let chiSquare = 0;
  let difference = 0;
  for (const [bin, share] of shares.entries()) {
    chiSquare += (labelled.length * (given[bin]! - share) ** 2) / (share * unlabelledRatio);
    difference += Math.abs(given[bin]! - share) / 2;
  }
  const pValue = shares.length > 1 ? chiSquareSurvival(chiSquare, shares.length - 1) : 1;
  if (pValue >= SURELY_BELOW || difference < SELECTIVE_FROM) return undefined;
  return `The labelled predictions are not a random part of all: median confidence ${medianOf(labelled)} with a label, ${medianOf(unlabelled)} without.`;
}

function againstReference(labelled: readonly number[], reference: readonly number[]): string | undefined {
  const edges = edgesOf(reference);
  const [shares, given] = [sharesIn(reference, edges), sharesIn(labelled, edges)];
  for (let first = 0; first < shares.length; first++) {
    let [share, covered, last] = [0, 0, first];
    for (; last < shares.length && share < GAP_SHARE - 1e-9; last++) {
      share += shares[last]!;
      covered += given[last]!;
    }
    if (share < GAP_SHARE - 1e-9 || covered >= GAP_FILLED_FROM * share) continue;
    const from = first === 0 ? 0 : edges[first - 1]!;
    const to = edges[last - 1] ?? 1;
    return `Of ${labelled.length} labels ${Math.round(covered * labelled.length)} are for confidences from ${from.toFixed(2)} to ${to.toFixed(2)}, where the reference has ${(100 * share).toFixed(0)} % of its predictions.`;
  }
  return undefined;
}

/** Upper edges of all bins but the last: tenths of the values, one edge for equal ones. */
function edgesOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const edges = Array.from({ length: BINS - 1 }, (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)]!);
  const largest = sorted.at(-1)!;
  return [...new Set(edges)].filter((edge) => edge < largest);
}

function sharesIn(values: readonly number[], edges: readonly number[]): number[] {
  const shares = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value <= edge);
    shares[bin < 0 ? edges.length : bin]! += 1 / values.length;
  }
  return shares;
}

function medianOf(values: readonly number[]): string {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(2);
}
