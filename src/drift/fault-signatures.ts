import { dot, meanRow } from "../math/linear-algebra.ts";
import { nonnegativeLeastSquares } from "../math/nonnegative-least-squares.ts";
import type { Projected, Projection } from "../profile/projection.ts";
import type { EmbeddingSums } from "../sketch/embedding-sums.ts";

/** Reference images with one fault made on purpose, projected. */
export interface FaultCopies {
  readonly statistic: string;
  readonly sign: 1 | -1;
  readonly copies: readonly Projected[];
}

export interface FaultSignaturesState {
  readonly version: 1;
  /** F: the statistic that names each fault, and whether it falls (−1) or rises (1) with it. */
  readonly statistics: readonly string[];
  readonly signs: readonly number[];
  /** F × D: unit direction in which the mean feature moves. */
  readonly directions: Float32Array;
  /** F: variance of phi along it over the reference images. */
  readonly variances: Float64Array;
  /** Reference images behind centre and variances. */
  readonly images: number;
}

/** Part of a window's drift that one kind of fault explains. */
export interface FaultPart {
  readonly statistic: string;
  readonly sign: 1 | -1;
  /** Share of the embedding distance, 0 to 1. */
  readonly ratio: number;
}

export interface FaultMatch {
  /** Share of the embedding distance that known faults together explain, 0 to 1. */
  readonly explainedRatio: number;
  /** The largest first; faults that one statistic names are one part. */
  readonly parts: readonly FaultPart[];
}

const NOTHING: FaultMatch = { explainedRatio: 0, parts: [] };
/** A window must have moved by so many standard errors along a fault's direction for it to count. */
const LEAST_ERRORS = 3;

/**
 * Which faults of the camera move images as this window moved? A fault moves the embedding of every image in nearly the same direction, whatever is on
 * it, and it does so long before an image statistic is significant. So when the reference is built, some of its images get each known fault
 * (image/known-faults.ts), and the direction u_f in which their mean feature moves is kept. With d = mean phi of the window − c, S its
 * embedding distance and v_f = var(phi·u_f) over the m reference images, the faults that moved it, and how far, are
 *
 *     x = argmin over x ≥ 0 of |d − Σ x_f·u_f|²            (math/nonnegative-least-squares.ts)
 *     explained = [ Σ x_f·(d·u_f) − Σ_{x_f > 0} v_f·(1/n + 1/m) ] / S,   part of f = x_f·(d·u_f) over the same sum
 *
 * the first sum being |Σ x_f·u_f|², the squared length of what is explained, and the second what chance adds to it. New content, and changed class shares,
 * move the mean elsewhere.
 *
 * Worked number: one fault, d·u = 0.6, v = 0.9, n = 150, m = 500, S = 0.45: (0.36 − 0.0078)/0.45 = 0.78.
 */
export class FaultSignatures {
  readonly #state: FaultSignaturesState;
  readonly #scales: Float64Array;
  readonly #centre: Float64Array;
  readonly #gram: readonly Float64Array[];

  constructor(state: FaultSignaturesState, projection: Projection) {
    this.#state = state;
    this.#scales = projection.featureScales;
    this.#centre = projection.toState().centre;
    const directions = state.statistics.map((_, f) => this.#direction(f));
    this.#gram = directions.map((one) => Float64Array.from(directions, (other) => dot(one, other)));
  }

  /** `intact` are the images of which the copies were made, measured the same way; `reference` those that gave the projection its centre. */
  static fit(
    faults: readonly FaultCopies[],
    intact: readonly Projected[],
    reference: readonly Projected[],
    projection: Projection,
  ): FaultSignaturesState {
    const features = reference.map((image) => projection.features(image));
    const before = meanRow(intact.map((image) => projection.features(image)));
    const directions = faults.map(({ copies }) => {
      const after = meanRow(copies.map((image) => projection.features(image)));
      return unit(after.map((value, i) => value - before[i]!));
    });
    return {
      version: 1,
      statistics: faults.map(({ statistic }) => statistic),
      signs: faults.map(({ sign }) => sign),
      directions: Float32Array.from(directions.flatMap((direction) => [...direction])),
      variances: Float64Array.from(directions, (direction) => varianceAlong(direction, features)),
      images: reference.length,
    };
  }

  /** `distance` is S of the window. */
  match(window: EmbeddingSums, distance: number): FaultMatch {
    const { weight, weightSquares } = window;
    if (!(distance > 0) || weightSquares === 0) return NOTHING;
    const shift = window.meanFeature(this.#scales).map((value, i) => value - this.#centre[i]!);
    const errors = this.#state.variances.map(
      (variance) => variance * (weightSquares / weight ** 2 + 1 / this.#state.images),
    );
    const along = this.#gram.map((_, f) => {
      const product = dot(shift, this.#state.directions, f * shift.length);
      return product > LEAST_ERRORS * Math.sqrt(errors[f]!) ? product : 0;
    });
    const weights = nonnegativeLeastSquares(this.#gram, along);
    const squares = weights.map((x, f) => x * along[f]!);
    const whole = squares.reduce((sum, square) => sum + square, 0);
    const chance = errors.reduce((sum, error, f) => sum + (weights[f]! > 0 ? error : 0), 0);
    const explainedRatio = Math.min(1, Math.max(0, (whole - chance) / distance));
    if (explainedRatio === 0) return NOTHING;
    return { explainedRatio, parts: this.#parts(squares.map((square) => (explainedRatio * square) / whole)) };
  }

  #parts(ratios: Float64Array): FaultPart[] {
    const parts = new Map<string, FaultPart>();
    for (const [f, statistic] of this.#state.statistics.entries()) {
      const sign = this.#state.signs[f] as 1 | -1;
      const key = `${statistic} ${sign}`;
      const ratio = (parts.get(key)?.ratio ?? 0) + ratios[f]!;
      if (ratio > 0) parts.set(key, { statistic, sign, ratio });
    }
    return [...parts.values()].sort((a, b) => b.ratio - a.ratio);
  }

  #direction(fault: number): Float32Array {
    const length = this.#centre.length;
    return this.#state.directions.subarray(fault * length, (fault + 1) * length);
  }
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

function varianceAlong(direction: Float64Array, rows: readonly Float64Array[]): number {
  const along = rows.map((row) => dot(row, direction));
  const mean = along.reduce((sum, value) => sum + value, 0) / along.length;
  return along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, along.length - 1);
}
