import type { ExchangeDropReason } from "../core/drop-reasons.ts";
import type { ImageInput } from "../core/inference.ts";
import type { Prediction } from "../core/prediction.ts";
import type { Random } from "../core/random.ts";
import type { Mapping } from "./mapping.ts";
import type { OpenExchange } from "./open-exchange.ts";
import type { TensorOptions } from "./pixel-tensor.ts";

export interface IntakeOptions {
  /** Largest body, after its content encoding is undone. */
  readonly maxBodyBytes: number;
  /** Header that names the inference, in the request or else in the reply; lower case. */
  readonly idHeader?: string;
  /** Open Inference input that holds the image; without it the first that can be one. */
  readonly imageInput?: string;
  /** Open Inference output that holds scores or labels; without it the first that can be one. */
  readonly scoresOutput?: string;
  /** Open Inference output that holds one feature vector an image, to be used instead of our own embedding. */
  readonly embeddingOutput?: string;
  /** How pixels became numbers; without it only integer tensors are turned back. */
  readonly tensor?: TensorOptions;
  /** Where things are in bodies that no protocol describes. */
  readonly mapping?: Mapping;
  /** For ids of inferences that carry none and have no image to be named after. */
  readonly random: Random;
}

/** What one exchange says, item by item: entry k of every list belongs to item k of the batch. */
export interface Contents {
  /** undefined: there is an item, but its image cannot be had (a URL, a tensor of unknown layout). */
  readonly images: readonly (ImageInput | undefined)[];
  readonly predictions: readonly (Prediction | undefined)[];
  readonly embeddings?: readonly (Float32Array | undefined)[];
  readonly model?: string | undefined;
  readonly modelVersion?: string | undefined;
  /** Ids out of the bodies, the reply's first; not yet cleaned. */
  readonly bodyIds?: readonly unknown[];
}

export type Decoded = Contents | { readonly reason: ExchangeDropReason };

/** A way of asking a model server over HTTP. Neither function may throw, whatever the bytes. */
export interface Protocol {
  readonly name: string;
  /** Cheap: looks at path, headers, first bytes and top-level JSON members. */
  matches(exchange: OpenExchange, options: IntakeOptions): boolean;
  decode(exchange: OpenExchange, options: IntakeOptions): Promise<Decoded>;
}
