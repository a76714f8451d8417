import type { ImageInput } from "../core/inference.ts";
import { answer } from "./answers.ts";
import { imageFromJson, imageOrUndefined } from "./image-value.ts";
import { isObject, member } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { hasTensors } from "./open-inference.ts";
import { nestedTensor, tensorImages } from "./pixel-tensor.ts";
import type { IntakeOptions, Protocol } from "./protocol.ts";

const PATH = /\/v1\/models\/([^/:?]+)(?:\/versions\/([^/:?]+))?:predict/;

/** KServe v1, TensorFlow Serving, Vertex AI: `{"instances": […]}` (a row an item) or `{"inputs": …}` (columns). */
export const kserveV1: Protocol = {
  name: "kserve_v1",
  matches: ({ requestJson }) =>
    Array.isArray(member(requestJson, "instances")) ||
    (member(requestJson, "inputs") !== undefined && !hasTensors(requestJson)),
  async decode(open, options) {
    const images = imagesOf(open.requestJson, options);
    if (!images) return { reason: "body_too_large" };
    const decoded = answer(open, images, options);
    if ("reason" in decoded) return decoded;
    const [, model, modelVersion] = PATH.exec(open.exchange.path) ?? [];
    return { ...decoded, model, modelVersion };
  },
};

type Images = readonly (ImageInput | undefined)[];

/** undefined: too many. */
function imagesOf(request: unknown, { tensor }: IntakeOptions): Images | undefined {
  const one = (value: unknown): ImageInput | undefined => imageOrUndefined(imageFromJson(value, tensor));
  const instances = member(request, "instances");
  if (Array.isArray(instances)) return instances.length <= LIMITS.images ? instances.map(one) : undefined;
  for (const column of columnsOf(member(request, "inputs"))) {
    if (!Array.isArray(column)) {
      const image = one(column);
      if (image) return [image];
      continue;
    }
    const images = batchOf(column, tensor) ?? (column.length <= LIMITS.images ? column.map(one) : []);
    if (images.some((image) => image !== undefined)) return images;
  }
  return [];
}

/** `inputs` is the only input's value, or an object of named inputs; `{"b64": …}` is a value. */
function columnsOf(inputs: unknown): readonly unknown[] {
  const named = isObject(inputs) && member(inputs, "b64") === undefined;
  return named ? Object.values(inputs) : [inputs];
}

function batchOf(column: readonly unknown[], tensor: IntakeOptions["tensor"]): Images | undefined {
  const nested = nestedTensor(column);
  return nested?.shape.length === 4 ? tensorImages(nested, tensor) : undefined;
}
