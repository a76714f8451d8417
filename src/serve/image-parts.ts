import type { Config } from "../config/config.ts";
import type { Embedder } from "../embedding/embedder.ts";
import { openOnnxEmbedder } from "../embedding/onnx.ts";
import { createDecoder, type Decoder } from "../image/decode.ts";
import type { Recipe } from "../reference/artefact.ts";
import { decodeOptions, networkOptions, recipeOf } from "./parts.ts";

/** What measures images on the calling thread, for the commands that do nothing else meanwhile. */
export interface ImageParts {
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly recipe: Recipe;
}

/** Throws MODEL_FILE_INVALID. */
export async function openImageParts(config: Config): Promise<ImageParts> {
  const embedder = await openOnnxEmbedder(networkOptions(config));
  return { decoder: createDecoder(decodeOptions(config)), embedder, recipe: recipeOf(embedder) };
}
