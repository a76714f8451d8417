/** What a model server answered for one image, before it is tied to the class list. */
export type Prediction =
  /** Dense scores; position k belongs to class k of the configured list. Probabilities or logits (see `activation`). */
  | { readonly kind: "scores"; readonly scores: Float64Array }
  /** Label → score pairs: a whole map (`complete`) or only the top k. */
  | { readonly kind: "ranked"; readonly ranked: readonly RankedLabel[]; readonly complete: boolean }
  /** A single class, as a label or as a class index, without a score. */
  | { readonly kind: "label"; readonly label: string | number }
  /** Detections. Coordinates are fractions of the image's width and height. */
  | { readonly kind: "boxes"; readonly boxes: readonly Box[] };

export interface RankedLabel {
  readonly label: string;
  readonly score: number;
}

export interface Box {
  readonly label: string;
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A prediction tied to the class list of K classes. `classIndex` is K for a class that is not in the list ("other").
 * `probabilities` has K entries that sum to 1; it is absent when the model gave no usable scores.
 */
export interface Outcome {
  readonly classIndex: number;
  /** Score of the predicted class, 0 to 1; NaN when the model gave none. */
  readonly confidence: number;
  readonly probabilities?: Float64Array;
}
