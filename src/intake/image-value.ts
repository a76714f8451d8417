import type { ImageInput } from "../core/inference.ts";
import { isImageFile, isPickle } from "./image-format.ts";
import { firstMember, isObject, type JsonObject, member } from "./json.ts";
import { nestedImage, type TensorOptions } from "./pixel-tensor.ts";

/** Why a JSON value is not taken as an image. */
export type ImageFault = "url" | "pickle" | "not_an_image";
export type FoundImage = { readonly image: ImageInput } | { readonly fault: ImageFault };

const NOT_AN_IMAGE: FoundImage = { fault: "not_an_image" };
const DATA_URL = /^data:[^,]{0,200};base64,/;
const URL_SCHEME = /^[a-z][a-z0-9+.-]{1,20}:\/\//i;
/** Members that are looked at before the others of an object. */
const IMAGE_MEMBERS = ["b64", "image", "image_bytes", "bytes", "data", "body", "base64", "value"];
const MAX_MEMBERS = 16;
const MAX_DEPTH = 3;

/** An image file in base64, or a `data:` URL. Any other URL is refused: nothing that a request names is ever fetched. */
export function imageFromText(text: string): FoundImage {
  if (URL_SCHEME.test(text)) return { fault: "url" };
  const prefix = DATA_URL.exec(text.slice(0, 256));
  const bytes = Buffer.from(prefix ? text.slice(prefix[0].length) : text, "base64");
  if (isImageFile(bytes)) return { image: { kind: "encoded", bytes } };
  return { fault: isPickle(bytes) ? "pickle" : "not_an_image" };
}

/**
 * The image in a JSON value: base64 text, `{"b64": …}`, `{"image": {"b64": …}}`, `{"type": "base64", "value": …}`, or rows of
 * numbers. In an object of other names the first member that is an image counts.
 */
export function imageFromJson(value: unknown, tensor: TensorOptions | undefined, depth = 0): FoundImage {
  if (typeof value === "string") return imageFromText(value);
  if (Array.isArray(value)) {
    const image = nestedImage(value, tensor);
    return image ? { image } : NOT_AN_IMAGE;
  }
  if (!isObject(value) || depth >= MAX_DEPTH) return NOT_AN_IMAGE;
  const declared = member(value, "type");
  if (declared === "url") return { fault: "url" };
  if (declared === "numpy") return { fault: "pickle" };
  return imageFromMembers(value, tensor, depth);
}

function imageFromMembers(value: JsonObject, tensor: TensorOptions | undefined, depth: number): FoundImage {
  const preferred = firstMember(value, IMAGE_MEMBERS);
  const others = Object.values(value).slice(0, MAX_MEMBERS);
  let fault = NOT_AN_IMAGE;
  for (const candidate of new Set(preferred === undefined ? others : [preferred, ...others])) {
    const found = imageFromJson(candidate, tensor, depth + 1);
    if ("image" in found) return found;
    if (found.fault !== "not_an_image") fault = found;
  }
  return fault;
}

export function imageOrUndefined(found: FoundImage): ImageInput | undefined {
  return "image" in found ? found.image : undefined;
}
