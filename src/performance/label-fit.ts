import { debiasedNull } from "../math/debiased-null.ts";
import { type GramMoments, gramMoments } from "../math/gram-moments.ts";
import { dot, meanRow } from "../math/linear-algebra.ts";
import { pearsonThreeSurvival } from "../math/pearson-three.ts";
import { leastSquaresOnSimplex } from "../math/simplex.ts";
import type { Profile } from "../profile/profile.ts";
import type { EmbeddingSums } from "../sketch/embedding-sums.ts";
import { classColumns } from "./class-columns.ts";
import type { LabelFit, PerformanceFitContext } from "./estimator.ts";

/** The moments are taken over at most so many reference images: their Gram matrix costs the cube of it. */
const MOMENT_ROWS = 1000;
const LEAST_IMAGES = 5;
/** A column of fewer images borrows the spread of all. */
const LEAST_FOR_TRACE = 5;
/** A residual this improbable says that class shares are not the whole reason. */
const UNEXPLAINED_BELOW = 0.01;
/** Of the distance, this share left over still opens the gate fully, and this one closes it. */
const GATE_OPEN = 0.25;
const GATE_SHUT = 0.45;

/** The reference, class by class, in the space of phi − c (profile/projection.ts; D = 8k numbers). */
export interface LabelFitState {
  readonly scales: Float64Array;
  /** c: mean of phi. */
  readonly centre: Float64Array;
  /** C × D: m_y, mean of phi − c over the images of true class y, or of the classes that share a column (class-columns.ts). */
  readonly classMeans: Float32Array;
  /** C: trace of the covariance within each column, and images of it. */
  readonly classTraces: Float64Array;
  readonly classImages: Float64Array;
  /** K: as in ClassColumns. Absent in references of earlier versions, where every class has a column and some may be empty. */
  readonly columnOf?: Int32Array;
  readonly shareWithin?: Float64Array;
  readonly images: number;
  readonly moments: { readonly [name in keyof GramMoments]: number };
}

export function fitLabelFit({ sample, projection, projected }: PerformanceFitContext): LabelFitState | undefined {
  const features = projected.map((image) => projection.features(image));
  const counts = new Array<number>(sample.classes.length).fill(0);
  for (const { trueClass } of sample.rest) if (trueClass !== undefined) counts[trueClass]! += 1;
  const { columnOf, shareWithin, images: classImages } = classColumns(counts);
  if (features.length < LEAST_IMAGES || classImages.length === 0) return undefined;
  const ofColumn = Array.from(classImages, (): Float64Array[] => []);
  for (const [row, { trueClass }] of sample.rest.entries()) {
    if (trueClass !== undefined) ofColumn[columnOf[trueClass]!]!.push(features[row]!);
  }
  const centre = meanRow(features);
  const means = ofColumn.map(meanRow);
  const classMeans = new Float32Array(means.length * centre.length);
  for (const [column, mean] of means.entries()) classMeans.set(difference(mean, centre), column * centre.length);
  const squares = Float64Array.from(ofColumn, (rows, column) =>
    rows.reduce((sum, row) => sum + squaredLength(difference(row, means[column]!)), 0),
  );
  return {
    scales: projection.featureScales,
    centre,
    classMeans,
    classTraces: traces(squares, classImages),
    classImages,
    columnOf,
    shareWithin,
    images: features.length,
    moments: gramMoments(features.slice(0, MOMENT_ROWS)),
  };
}

/**
 * Which class shares would make the reference look like the window? (Zhang et al. 2013; the confusion matrix of Lipton et al. 2018 is a special
 * case.) With d = mean phi − c of the window's n images, m_y the same for reference class y:
 *
 *     q   = argmin over the simplex of |d − Σ q_y·m_y|²                                    (math/simplex.ts)
 *     S   = |d|² − noise − tr_C/m;     res = |d − Σ q_y·m_y|² − noise − Σ q_y²·tr_y/m_y
 *     gate = 1 if p(res) > 0.01, else (0.45 − res/S)/0.2 held within 0 and 1
 *
 * `noise` is what the window's own images add, |d|² less the mean product of two different images; p is that of math/debiased-null.ts,
 * for the residual with 1/Σ(q_y²/m_y) reference images, which is what a mixture that leans on a rare class is worth.
 * Worked number: S = 1, res = 0.35 with p(res) = 0.001: gate ½.
 */
export class LabelFitter {
  readonly #state: LabelFitState;
  readonly #present: readonly number[];
  /** Rows of the columns that have images, and their Gram matrix; C²·D operations, so made when first needed. */
  #geometry: { readonly means: readonly Float64Array[]; readonly gram: readonly Float64Array[] } | undefined;

  constructor(state: LabelFitState) {
    this.#state = state;
    this.#present = [...state.classImages.keys()].filter((y) => state.classImages[y]! > 0);
  }

  /** Undefined when too few images of the window were analysed. */
  fit({ images }: Profile): LabelFit | undefined {
    const { weight, weightSquares } = images.embedding;
    const n = weightSquares > 0 ? weight ** 2 / weightSquares : 0;
    if (n < LEAST_IMAGES || images.embedding.components.length * 8 !== this.#state.centre.length) return undefined;
    const shift = this.#shift(images.embedding);
    const noise = (images.embedding.energy - weightSquares * squaredLength(shift)) / (weight ** 2 - weightSquares);
    const { shares, left } = this.#shares(shift);
    const distance = squaredLength(shift) - noise - this.#state.moments.trace / this.#state.images;
    const residual = squaredLength(left) - noise - this.#referenceNoise(shares);
    const residualPValue = this.#pValue(residual, n, this.#effectiveImages(shares));
    return {
      classShares: this.#ofClasses(shares),
      distance,
      residual,
      distancePValue: this.#pValue(distance, n, this.#state.images),
      residualPValue,
      gate: residualPValue > UNEXPLAINED_BELOW ? 1 : gateOf(residual / distance),
    };
  }

  /** Shares of columns as shares of classes: inside a column they stay as on the reference. */
  #ofClasses(shares: Float64Array): Float64Array {
    const { columnOf, shareWithin } = this.#state;
    if (!columnOf || !shareWithin) return shares;
    return shareWithin.map((share, y) => share * shares[columnOf[y]!]!);
  }

  #shift(sums: EmbeddingSums): Float64Array {
    const { centre, scales } = this.#state;
    return sums.meanFeature(scales).map((mean, i) => mean - centre[i]!);
  }

  #shares(shift: Float64Array): { shares: Float64Array; left: Float64Array } {
    const { means, gram } = this.#measure();
    const found = leastSquaresOnSimplex(
      gram,
      means.map((mean) => dot(mean, shift)),
    );
    const shares = new Float64Array(this.#state.classImages.length);
    const left = shift.slice();
    for (const [index, share] of found.entries()) {
      shares[this.#present[index]!] = share;
      if (share > 0) for (let j = 0; j < left.length; j++) left[j]! -= share * means[index]![j]!;
    }
    return { shares, left };
  }

  #measure(): { readonly means: readonly Float64Array[]; readonly gram: readonly Float64Array[] } {
    if (this.#geometry) return this.#geometry;
    const { classMeans, centre } = this.#state;
    const means = this.#present.map((y) =>
      Float64Array.from(classMeans.subarray(y * centre.length, (y + 1) * centre.length)),
    );
    this.#geometry = { means, gram: means.map((mean) => Float64Array.from(means, (other) => dot(mean, other))) };
    return this.#geometry;
  }

  #referenceNoise(shares: Float64Array): number {
    const { classTraces, classImages } = this.#state;
    return this.#present.reduce((sum, y) => sum + (shares[y]! ** 2 * classTraces[y]!) / classImages[y]!, 0);
  }

  /** Reference images that a mixture at these shares is worth: few when it leans on a rare class. */
  #effectiveImages(shares: Float64Array): number {
    const { classImages } = this.#state;
    return 1 / this.#present.reduce((sum, y) => sum + shares[y]! ** 2 / classImages[y]!, 0);
  }

  #pValue(distance: number, n: number, m: number): number {
    if (m <= 1) return 1;
    const { variance, skewness } = debiasedNull(this.#state.moments, n, m);
    return variance > 0 ? pearsonThreeSurvival(distance / Math.sqrt(variance), skewness) : 1;
  }
}

function gateOf(leftRatio: number): number {
  return Math.min(1, Math.max(0, (GATE_SHUT - leftRatio) / (GATE_SHUT - GATE_OPEN)));
}

/** Unbiased traces; those of small columns come from all columns together. */
function traces(squares: Float64Array, images: Float64Array): Float64Array {
  const degrees = images.map((count) => Math.max(0, count - 1));
  const total = degrees.reduce((sum, value) => sum + value, 0);
  const pooled = total > 0 ? squares.reduce((sum, value) => sum + value, 0) / total : 0;
  return squares.map((sum, y) => (images[y]! >= LEAST_FOR_TRACE ? sum / degrees[y]! : pooled));
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!);
}

function squaredLength(vector: Float64Array): number {
  return dot(vector, vector);
}
