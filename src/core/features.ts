import type { Outcome } from "./prediction.ts";

/** What is left of an inference once its pixels are gone. */
export interface Features {
  readonly ids: readonly string[];
  /** Unix time of the prediction. */
  readonly timeSeconds: number;
  /** 1 / probability with which this image was selected; ≥ 1. */
  readonly weight: number;
  /** One number per image statistic, in the order of `image/statistics/index.ts`. */
  readonly statistics: Float64Array;
  readonly embedding: Float32Array;
  readonly outcome?: Outcome;
  /** Re-encoded WebP of at most 160 px, only when the gallery is enabled. */
  readonly thumbnail?: Uint8Array;
}

/** A reference image: its features and, for accuracy, its true class index. */
export interface ReferenceImage extends Features {
  readonly trueClass?: number;
}

/**
 * The images a model was proven on, already split at random (METHODS A): `basis` (half B) gives the principal directions and nothing else,
 * `rest` (half C) gives every scale, cut, null moment and calibration. Fitting and thresholding on the same images makes a
 * detector cry wolf.
 */
export interface ReferenceSample {
  /** K class names; an Outcome's classIndex points here. */
  readonly classes: readonly string[];
  readonly statisticNames: readonly string[];
  readonly basis: readonly ReferenceImage[];
  readonly rest: readonly ReferenceImage[];
}
