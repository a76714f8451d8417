import type { Prediction } from "./prediction.ts";

/** An image as it travelled: an encoded file, or a tensor already turned back into 8-bit RGB rows. */
export type ImageInput =
  | { readonly kind: "encoded"; readonly bytes: Uint8Array }
  | { readonly kind: "rgb"; readonly width: number; readonly height: number; readonly data: Uint8Array };

/** One image and one prediction out of an exchange (a batch of n gives n of these). */
export interface Inference {
  /** Aliases under which a label may come, the best first, at most 4. Items of a batch end in `#k`. */
  readonly ids: readonly string[];
  /** Unix time of the prediction. */
  readonly timeSeconds: number;
  readonly model: string;
  readonly modelVersion: string;
  readonly image?: ImageInput;
  /** A feature vector that the model itself sent along; replaces ours. */
  readonly embedding?: Float32Array;
  readonly prediction?: Prediction;
}
