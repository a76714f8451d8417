import type { ErrorCode } from "../core/errors.ts";
import type { ImageInput } from "../core/inference.ts";
import type { OnnxOptions } from "../embedding/onnx.ts";
import type { DecodeOptions } from "../image/decode.ts";
import type { Extraction, Wishes } from "./extractor.ts";

/** What a thread is started with. */
export interface ThreadSetup {
  readonly network: OnnxOptions;
  readonly decode: DecodeOptions;
}

/** Which network runs, as `Embedder` says it. */
export interface NetworkIdentity {
  readonly id: string;
  readonly dimensions: number;
}

export type ToThread =
  | { readonly kind: "extract"; readonly job: number; readonly image: ImageInput; readonly wishes: Wishes }
  /** Finish what is under way, then end. */
  | { readonly kind: "close" };

/** The first message is `ready` or `refused`. */
export type FromThread =
  | ({ readonly kind: "ready" } & NetworkIdentity)
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string; readonly remedy: string }
  | { readonly kind: "extracted"; readonly job: number; readonly extraction: Extraction };
