import { dot, meanPairSquare, meanRow, principalDirections } from "../math/linear-algebra.ts";
import { CUTS, type ProjectedNumbers } from "../sketch/embedding-sums.ts";

/** What is left of an embedding once it is projected. */
export interface Projected extends ProjectedNumbers {
  /** |x − mu − V·Vᵀ(x − mu)|: what the principal directions cannot explain, the article's number per image. */
  readonly reconstructionError: number;
}

export interface ProjectionState {
  readonly version: 1;
  readonly mean: Float64Array;
  /** k × d, unit rows. */
  readonly directions: Float32Array;
  /** k: w_j, by which a score is divided. */
  readonly deviations: Float64Array;
  /** k × 7: octiles e_jb of z_j. */
  readonly cuts: Float64Array;
  /** k + 7k: factor of each feature. */
  readonly featureScales: Float64Array;
  /** k + 7k: mean feature c of the reference. */
  readonly centre: Float64Array;
}

const MOST_COMPONENTS = 128;
/** Whitening divides by the variance plus this share of the mean variance, so that directions of almost no variance stay small. */
const VARIANCE_FLOOR = 0.05;
const SMALLEST_GAP = 1e-9;
/** The scales are taken over at most so many images: their Gram matrix costs the square of it. */
const SCALE_ROWS = 1000;

/**
 * Turns an embedding x (d numbers) into the numbers that windows add up: whitened principal components, their octile bins and the
 * reconstruction error.
 *
 *     z_j  = (x − mu)·v_j / w_j,   w_j² = var(score_j) + 0.05·mean_j var(score_j)
 *     phi  = [ s_h·z_j ]_j  ++  [ s_a·√g_jb · 1(z_j ≤ e_jb) ]_jb
 *
 * with e_jb the octiles of z_j, g_jb = e_jb − e_j(b−1) (g_j1 = e_j2 − e_j1), and s_p = (mean over pairs of (f_i·f_l)²)^(−1/4) for each of
 * the two parts, so that both weigh the same. |mean phi − c|² is then an energy distance on the axes plus the distance of means
 * (Baringhaus & Franz 2004; Székely & Rizzo 2013). The basis half gives mu and v_j only; all else comes from the other half.
 *
 * Worked number: with d = k = 1, rest scores of variance 1 and w² = 1.05, a score of 2.05 gives z = 2.0006.
 */
export class Projection {
  readonly #state: ProjectionState;
  /** mu·v_j, so that a score is one product. */
  readonly #offsets: Float64Array;

  private constructor(state: ProjectionState) {
    this.#state = state;
    const { mean, directions, deviations } = state;
    this.#offsets = deviations.map((_, j) => dot(mean, directions, j * mean.length));
  }

  /** `basis` and `rest` are the two halves of the reference, rows of d numbers; k = min(128, (|basis| + |rest|)/5, |basis| − 1, d). */
  static fit(basis: readonly Float32Array[], rest: readonly Float32Array[]): Projection {
    const mean = meanRow(basis);
    const images = basis.length + rest.length;
    const count = Math.max(1, Math.min(MOST_COMPONENTS, Math.floor(images / 5), basis.length - 1, mean.length));
    const directions = principalDirections(basis, mean, count);
    const scores = rest.map((row) => scoresOf(row, mean, directions, count));
    return Projection.#onScores(mean, directions, scores);
  }

  /** The same directions with scales, cuts and centre taken from other images: for resampling in `reference verify`. */
  refit(projected: readonly ProjectedNumbers[]): Projection {
    const { mean, directions, deviations } = this.#state;
    const scores = projected.map(({ components }) => components.map((z, j) => z * deviations[j]!));
    return Projection.#onScores(mean, directions, scores);
  }

  /** The numbers under this projection of an image that another one with the same directions projected. */
  reproject(projected: Projected, by: Projection): Projected {
    const components = projected.components.map((z, j) => (z * by.#state.deviations[j]!) / this.#state.deviations[j]!);
    return this.complete(components, projected.reconstructionError);
  }

  get dimensions(): number {
    return this.#state.mean.length;
  }

  get componentCount(): number {
    return this.#state.deviations.length;
  }

  /** k + 7k: the factor of each feature: k components, then 7 cuts of each. */
  get featureScales(): Float64Array {
    return this.#state.featureScales;
  }

  project(embedding: Float32Array): Projected {
    const { mean, directions, deviations } = this.#state;
    const components = new Float64Array(deviations.length);
    let explained = 0;
    for (let j = 0; j < components.length; j++) {
      const score = dot(embedding, directions, j * mean.length) - this.#offsets[j]!;
      explained += score * score;
      components[j] = score / deviations[j]!;
    }
    let squares = 0;
    for (let i = 0; i < mean.length; i++) squares += (embedding[i]! - mean[i]!) ** 2;
    return this.complete(components, Math.sqrt(Math.max(0, squares - explained)));
  }

  /** phi, k + 7k numbers. */
  features({ components, bins }: ProjectedNumbers): Float64Array {
    const { featureScales } = this.#state;
    const features = new Float64Array(featureScales.length);
    const count = components.length;
    for (let j = 0; j < count; j++) {
      features[j] = components[j]! * featureScales[j]!;
      for (let b = bins[j]!; b < CUTS; b++) features[count + j * CUTS + b] = featureScales[count + j * CUTS + b]!;
    }
    return features;
  }

  toState(): ProjectionState {
    return this.#state;
  }

  /** Throws a RangeError for a state of another version. */
  static fromState(state: ProjectionState): Projection {
    if (state.version !== 1) throw new RangeError(`projection of version ${state.version}; this is version 1`);
    return new Projection(state);
  }

  static #onScores(mean: Float64Array, directions: Float32Array, scores: readonly Float64Array[]): Projection {
    const deviations = whitening(scores);
    const rows = scores.map((row) => row.map((score, j) => score / deviations[j]!));
    const cuts = octiles(rows, deviations.length);
    const unscaled: ProjectionState = {
      version: 1,
      mean,
      directions,
      deviations,
      cuts,
      featureScales: gapScales(cuts, deviations.length),
      centre: new Float64Array(deviations.length * (1 + CUTS)),
    };
    const first = new Projection(unscaled);
    const features = rows.map((components) => first.features(first.complete(components, 0)));
    const featureScales = balanceParts(unscaled.featureScales, features, deviations.length);
    const scaled = meanRow(features).map((value, i) => (value * featureScales[i]!) / unscaled.featureScales[i]!);
    return new Projection({ ...unscaled, featureScales, centre: scaled });
  }

  /** What follows from the components: bins and energy. */
  complete(components: Float64Array, reconstructionError: number): Projected {
    const { cuts, featureScales, centre } = this.#state;
    const count = components.length;
    const bins = new Uint8Array(count);
    let energy = 0;
    for (let j = 0; j < count; j++) {
      const z = components[j]!;
      let bin = 0;
      energy += (z * featureScales[j]! - centre[j]!) ** 2;
      for (let b = 0; b < CUTS; b++) {
        const at = j * CUTS + b;
        const above = z > cuts[at]!;
        if (above) bin = b + 1;
        energy += ((above ? 0 : featureScales[count + at]!) - centre[count + at]!) ** 2;
      }
      bins[j] = bin;
    }
    return { components, bins, energy, reconstructionError };
  }
}

function scoresOf(row: Float32Array, mean: Float64Array, directions: Float32Array, count: number): Float64Array {
  const centred = mean.map((value, i) => row[i]! - value);
  return Float64Array.from({ length: count }, (_, j) => dot(centred, directions, j * mean.length));
}

function whitening(scores: readonly Float64Array[]): Float64Array {
  const mean = meanRow(scores);
  const variances = mean.map((value, j) => {
    let squares = 0;
    for (const row of scores) squares += (row[j]! - value) ** 2;
    return squares / Math.max(1, scores.length - 1);
  });
  const floor = VARIANCE_FLOOR * (variances.reduce((sum, variance) => sum + variance, 0) / variances.length);
  return variances.map((variance) => Math.sqrt(variance + floor) || 1);
}

/** k × 7 octiles, interpolated linearly between order statistics (type 7 of Hyndman & Fan 1996). */
function octiles(rows: readonly Float64Array[], count: number): Float64Array {
  const cuts = new Float64Array(count * CUTS);
  for (let j = 0; j < count; j++) {
    const sorted = Float64Array.from(rows, (row) => row[j]!).sort();
    for (let b = 0; b < CUTS; b++) {
      const position = ((b + 1) / (CUTS + 1)) * (sorted.length - 1);
      const below = Math.floor(position);
      const low = sorted[below]!;
      cuts[j * CUTS + b] = low + (position - below) * ((sorted[below + 1] ?? low) - low);
    }
  }
  return cuts;
}

/** 1 for each component, √gap for each cut. */
function gapScales(cuts: Float64Array, count: number): Float64Array {
  const scales = new Float64Array(count * (1 + CUTS)).fill(1);
  for (let j = 0; j < count; j++) {
    for (let b = 0; b < CUTS; b++) {
      const at = j * CUTS + Math.max(b, 1);
      scales[count + j * CUTS + b] = Math.sqrt(Math.max(cuts[at]! - cuts[at - 1]!, SMALLEST_GAP));
    }
  }
  return scales;
}

/** Multiplies each of the two parts by its s_p. */
function balanceParts(scales: Float64Array, features: readonly Float64Array[], count: number): Float64Array {
  const rows = features.slice(0, SCALE_ROWS);
  const factor = (from: number, to: number): number => {
    const square = meanPairSquare(rows.map((row) => row.subarray(from, to)));
    return square > 0 ? square ** -0.25 : 1;
  };
  const components = factor(0, count);
  const histogram = factor(count, scales.length);
  return scales.map((scale, i) => scale * (i < count ? components : histogram));
}
