import { dot } from "../math/linear-algebra.ts";
import { normalSurvival } from "../math/special-functions.ts";
import type { Projected, Projection } from "../profile/projection.ts";
import type { EmbeddingSums } from "../sketch/embedding-sums.ts";

/** Largest score: a probability of 1e-12. */
const MOST = 12;

export interface AlongDrift {
  /** −log10 of the probability that a reference image lies so far along the drift (normal tail). */
  readonly score: number;
  /** Further along the drift than 99 % of the reference images. */
  readonly beyond: boolean;
}

/**
 * Which images carry a window's drift: the witness of the embedding distance (Gretton et al. 2012, section 2.3, for a linear kernel). With
 * d = mean phi of the window − c, an image's part in the distance |d|² is its projection on d:
 *
 *     w(x) = (phi(x) − c)·d / |d|
 *
 * An image is beyond when its w is above the 99 % point of the reference images' w, so one in a hundred is without drift. Only for a window
 * whose drift was found: otherwise the direction is noise.
 *
 * Worked number: reference w with mean 0, deviation 1 and 99 % point 2.33: w = 3 is beyond, score −log10 Q(3) = 2.87.
 */
export class DriftDirection {
  readonly #projection: Projection;
  readonly #unit: Float64Array;
  readonly #mean: number;
  readonly #deviation: number;
  readonly #limit: number;

  /** `reference` are the projected images of the reference's rest half; at least one. */
  constructor(window: EmbeddingSums, reference: readonly Projected[], projection: Projection) {
    const rows = reference.map((projected) => projection.features(projected));
    const { centre } = projection.toState();
    const drift = window.meanFeature(projection.featureScales).map((value, i) => value - centre[i]!);
    const length = Math.sqrt(dot(drift, drift)) || 1;
    this.#projection = projection;
    this.#unit = drift.map((value) => value / length);
    const along = Float64Array.from(rows, (row) => dot(this.#unit, row)).sort();
    this.#mean = along.reduce((sum, value) => sum + value, 0) / along.length;
    this.#deviation = Math.sqrt(along.reduce((sum, value) => sum + (value - this.#mean) ** 2, 0) / along.length) || 1;
    this.#limit = along[Math.floor(0.99 * (along.length - 1))]!;
  }

  judge(projected: Projected): AlongDrift {
    const value = dot(this.#unit, this.#projection.features(projected));
    const probability = normalSurvival((value - this.#mean) / this.#deviation);
    return { score: Math.min(MOST, -Math.log10(probability)), beyond: value > this.#limit };
  }
}
