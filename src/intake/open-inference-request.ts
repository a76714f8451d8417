import type { ImageInput } from "../core/inference.ts";
import { isImageFile } from "./image-format.ts";
import { imageFromText, imageOrUndefined } from "./image-value.ts";
import { member } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { OpenExchange } from "./open-exchange.ts";
import type { Message, Tensor } from "./open-inference-message.ts";
import { readPredictions, readVectors } from "./open-inference-reply.ts";
import { tensorImages } from "./pixel-tensor.ts";
import type { Decoded, IntakeOptions } from "./protocol.ts";

const PATH = /\/v2\/models\/([^/?]+)(?:\/versions\/([^/?]+))?\/infer(?:$|\?)/;

export function isInferPath(path: string): boolean {
  return PATH.test(path);
}

/** What request and reply together say; shared by the JSON and the binary form. */
export function decodeMessages(
  open: OpenExchange,
  request: Message,
  reply: Message | undefined,
  options: IntakeOptions,
): Decoded {
  const images = imagesOf(request, options);
  const predictions = readPredictions(open, reply, images.length, options);
  if (predictions === "mismatch") return { reason: "malformed_body" };
  const [, model, version] = PATH.exec(open.exchange.path) ?? [];
  return {
    images,
    predictions,
    embeddings: readVectors(reply, options.embeddingOutput, images.length),
    model: textOf(member(reply?.head, "model_name")) ?? model,
    modelVersion: textOf(member(reply?.head, "model_version")) ?? version,
    bodyIds: [member(reply?.head, "id"), member(request.head, "id")],
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The named input, or the first that holds images. With neither, the batch length still counts the items. */
function imagesOf({ tensors }: Message, options: IntakeOptions): readonly (ImageInput | undefined)[] {
  const candidates = options.imageInput ? tensors.filter(({ name }) => name === options.imageInput) : tensors;
  let unread: readonly undefined[] = [];
  for (const tensor of candidates) {
    const images = imagesOfTensor(tensor, options);
    if (images?.some((image) => image !== undefined)) return images;
    if (images && unread.length === 0) unread = images.map(() => undefined);
  }
  return unread;
}

function imagesOfTensor(
  { datatype, shape, values }: Tensor,
  options: IntakeOptions,
): (ImageInput | undefined)[] | undefined {
  if (values.kind === "elements") {
    return values.elements.length <= LIMITS.images ? values.elements.map(imageOfElement) : undefined;
  }
  // Quantised pixels lie around zero.
  const numbers = datatype === "INT8" ? Float64Array.from(values.numbers, (value) => value + 128) : values.numbers;
  return tensorImages({ values: numbers, shape, integers: !values.float }, options.tensor);
}

function imageOfElement(element: Uint8Array | string): ImageInput | undefined {
  if (typeof element === "string") return imageOrUndefined(imageFromText(element));
  if (isImageFile(element)) return { kind: "encoded", bytes: element };
  return imageOrUndefined(imageFromText(Buffer.from(element).toString("latin1")));
}
