import { dot, meanRow } from "../math/linear-algebra.ts";
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

export interface MatchedFault {
  readonly statistic: string;
  readonly sign: 1 | -1;
  /** Share of the embedding distance that lies in the direction of the fault, 0 to 1. */
  readonly explainedRatio: number;
}

/** Along a fault's direction a window must have moved by so many standard errors. */
const LEAST_ERRORS = 3;

/**
 * Which fault of the camera moves images as this window moved? A fault moves the embedding of every image in nearly the same direction, whatever is on
 * it, and it does so long before an image statistic is significant. So when the reference is built, some of its images get each known fault
 * (image/known-faults.ts), and the direction u_f in which their mean feature moves is kept. With d = mean phi of the window − c, S its
 * embedding distance and v_f = var(phi·u_f) over the m reference images:
 *
 *     explained_f = [ (d·u_f)² − v_f·(1/n + 1/m) ] / S        when d·u_f > 0, else 0
 *
 * This is S (drift/embedding-distance.ts) in one dimension over S in all of them. New content, and changed class shares, move the mean elsewhere.
 *
 * Worked number: d·u = 0.6, v = 0.9, n = 150, m = 500, S = 0.45: (0.36 − 0.0078)/0.45 = 0.78.
 */
export class FaultSignatures {
  readonly #state: FaultSignaturesState;
  readonly #scales: Float64Array;
  readonly #centre: Float64Array;

  constructor(state: FaultSignaturesState, projection: Projection) {
    this.#state = state;
    this.#scales = projection.featureScales;
    this.#centre = projection.toState().centre;
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

  /** The faults that explain any of it, the best first; `distance` is S of the window. */
  match(window: EmbeddingSums, distance: number): MatchedFault[] {
    const { weight, weightSquares } = window;
    if (!(distance > 0) || weightSquares === 0) return [];
    const shift = window.meanFeature(this.#scales).map((value, i) => value - this.#centre[i]!);
    const noise = weightSquares / weight ** 2 + 1 / this.#state.images;
    const found = this.#state.statistics.map((statistic, index) => {
      const along = dot(shift, this.#state.directions, index * shift.length);
      const error = this.#state.variances[index]! * noise;
      const clear = along > LEAST_ERRORS * Math.sqrt(error);
      const explainedRatio = clear ? Math.min(1, Math.max(0, (along ** 2 - error) / distance)) : 0;
      return { statistic, sign: this.#state.signs[index] as 1 | -1, explainedRatio };
    });
    return found.filter(({ explainedRatio }) => explainedRatio > 0).sort((a, b) => b.explainedRatio - a.explainedRatio);
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
