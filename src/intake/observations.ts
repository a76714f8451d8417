import { VisionError } from "../core/errors.ts";
import type { ImageInput, Inference } from "../core/inference.ts";
import type { Random } from "../core/random.ts";
import { checkSize, mediaType, readBatch } from "./batch-body.ts";
import { readForm } from "./form.ts";
import { cleanId, contentId, makeId } from "./ids.ts";
import { isImageFile } from "./image-format.ts";
import { type ImageFault, imageFromJson } from "./image-value.ts";
import type { BatchLimits, ItemResult } from "./item-result.ts";
import { firstMember, isObject, type JsonObject, member, numbersOf } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { TensorOptions } from "./pixel-tensor.ts";
import { readItem } from "./reply-item.ts";
import { isAhead, readTime } from "./time-value.ts";

export interface ObservationOptions extends BatchLimits {
  /** Time of observations that carry none. */
  readonly nowSeconds: number;
  readonly random: Random;
  readonly tensor?: TensorOptions;
}

const IMAGE_FAULTS: Readonly<Record<ImageFault, string>> = {
  url: "has a URL as image: nothing is fetched, send the file itself in base64",
  pickle: "has a pickled array as image: it is never opened, send the image file in base64",
  not_an_image: "has an image that is neither an image file, nor one in base64, nor rows of numbers",
};

/**
 * Inferences pushed by a client, `{id, time?, image?, prediction?, embedding?, model?, model_version?}`: JSON, an array, NDJSON, or a
 * form with the image as a file and the rest as one JSON field. Throws REQUEST_INVALID, REQUEST_TOO_LARGE,
 * UNSUPPORTED_MEDIA_TYPE for faults of the whole body.
 */
export async function parseObservations(
  contentType: string | undefined,
  body: Uint8Array,
  options: ObservationOptions,
): Promise<readonly ItemResult<Inference>[]> {
  if (mediaType(contentType) === "multipart/form-data") return readUpload(contentType ?? "", body, options);
  return readBatch(contentType, body, options).map((entry) =>
    "error" in entry ? entry : readObservation(entry.item, options),
  );
}

/** File k belongs to entry k of the JSON field. */
async function readUpload(
  contentType: string,
  body: Uint8Array,
  options: ObservationOptions,
): Promise<readonly ItemResult<Inference>[]> {
  checkSize(body, options);
  const form = await readForm(contentType, body);
  if (!form) throw new VisionError("REQUEST_INVALID", "The form is broken, cut short, or has too many parts.");
  const [field] = form.fields;
  const entries = field
    ? readBatch("application/json", Buffer.from(field.value), options)
    : form.files.map(() => ({ item: {} }));
  if (form.files.length !== entries.length || form.fields.length > 1) {
    const found = `${form.files.length} files, ${form.fields.length} fields, ${entries.length} entries`;
    throw new VisionError("REQUEST_INVALID", `One JSON field with an entry for each file is needed, not ${found}.`);
  }
  return entries.map((entry, k) => {
    if ("error" in entry) return entry;
    return readObservation(entry.item, options, form.files[k]?.bytes);
  });
}

function readObservation(value: unknown, options: ObservationOptions, file?: Uint8Array): ItemResult<Inference> {
  if (!isObject(value)) return { error: "is not an object" };
  const image = readImage(value, options, file);
  if (image && "error" in image) return image;
  const time = member(value, "time") ?? undefined;
  const timeSeconds = time === undefined ? options.nowSeconds : readTime(time);
  if (Number.isNaN(timeSeconds)) return { error: "has a time that is neither Unix seconds nor RFC 3339" };
  if (isAhead(timeSeconds, options.nowSeconds)) return { error: "has a time more than a day ahead of this clock" };
  const content = readContent(value);
  if ("error" in content) return content;
  if (!image && Object.keys(content.item).length === 0) return { error: "has neither an image nor a prediction" };
  const id = cleanId(firstMember(value, ["id", "request_id", "inference_id", "prediction_id"]));
  return {
    item: {
      ids: [id ?? (image ? contentId(image.item) : makeId(timeSeconds, options.random))],
      timeSeconds,
      model: textOf(member(value, "model")),
      modelVersion: textOf(member(value, "model_version")),
      ...(image && { image: image.item }),
      ...content.item,
    },
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, LIMITS.nameLength) : "");

function readImage(
  value: JsonObject,
  options: ObservationOptions,
  file: Uint8Array | undefined,
): ItemResult<ImageInput> | undefined {
  if (file)
    return isImageFile(file) ? { item: { kind: "encoded", bytes: file } } : { error: IMAGE_FAULTS.not_an_image };
  const given = member(value, "image") ?? undefined;
  if (given === undefined) return undefined;
  const found = imageFromJson(given, options.tensor);
  return "image" in found ? { item: found.image } : { error: IMAGE_FAULTS[found.fault] };
}

function readContent(value: JsonObject): ItemResult<Pick<Inference, "prediction" | "embedding">> {
  const given = member(value, "prediction") ?? undefined;
  const prediction = given === undefined ? undefined : readItem(given);
  if (given !== undefined && !prediction) return { error: "has a prediction of a shape that is not understood" };
  const vector = member(value, "embedding") ?? undefined;
  const numbers = vector === undefined ? undefined : numbersOf(vector);
  if (vector !== undefined && !isEmbedding(numbers)) {
    return { error: `has an embedding that is not a list of at most ${LIMITS.embeddingLength} numbers` };
  }
  return {
    item: { ...(prediction && { prediction }), ...(numbers && { embedding: Float32Array.from(numbers) }) },
  };
}

function isEmbedding(numbers: Float64Array | undefined): boolean {
  return numbers !== undefined && numbers.length <= LIMITS.embeddingLength && numbers.every(Number.isFinite);
}
