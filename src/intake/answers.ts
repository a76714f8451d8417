import type { ImageInput } from "../core/inference.ts";
import type { Prediction } from "../core/prediction.ts";
import { member } from "./json.ts";
import { mapEmbeddings, mapReply, mapsReply } from "./mapping.ts";
import type { OpenExchange } from "./open-exchange.ts";
import type { Decoded, IntakeOptions } from "./protocol.ts";
import { readReply } from "./reply.ts";

/** The predictions in a JSON reply: where the mapping says, else wherever a usual reply has them. */
export function readAnswers(
  { responseJson }: OpenExchange,
  images: number,
  { mapping }: IntakeOptions,
): readonly (Prediction | undefined)[] | "mismatch" {
  return mapping && mapsReply(mapping) ? mapReply(responseJson, images, mapping) : readReply(responseJson, images);
}

/** Puts the images of a request together with what a reply in plain JSON says about them. */
export function answer(
  open: OpenExchange,
  images: readonly (ImageInput | undefined)[],
  options: IntakeOptions,
): Decoded {
  const predictions = readAnswers(open, images.length, options);
  if (predictions === "mismatch") return { reason: "malformed_body" };
  const { requestJson, responseJson } = open;
  const ids = [responseJson, requestJson].flatMap((body) => [member(body, "id"), member(body, "inference_id")]);
  return {
    images,
    predictions,
    embeddings: mapEmbeddings(responseJson, options.mapping?.embedding),
    bodyIds: ids,
  };
}
