import type { ImageInput } from "../core/inference.ts";
import { answer } from "./answers.ts";
import { isImageFile } from "./image-format.ts";
import { imageFromText, imageOrUndefined } from "./image-value.ts";
import type { Protocol } from "./protocol.ts";

/** How JPEG, PNG, WebP and data URLs begin as text. */
const TEXT_BEGINNINGS = ["/9j/", "iVBORw0KGgo", "UklGR", "data:image/"];

/** The body is the image file, or its base64: TorchServe, SageMaker containers, home-made servers. Content-Type is not asked. */
export const rawImage: Protocol = {
  name: "raw_image",
  matches: ({ exchange, requestBody }) =>
    !exchange.requestHeaders.has("inference-header-content-length") &&
    (isImageFile(requestBody) || isBase64Image(requestBody)),
  async decode(open, options) {
    return answer(open, [imageOf(open.requestBody)], options);
  },
};

function isBase64Image(body: Uint8Array): boolean {
  const beginning = Buffer.from(body.subarray(0, 16)).toString("latin1");
  return TEXT_BEGINNINGS.some((text) => beginning.startsWith(text));
}

function imageOf(body: Uint8Array): ImageInput | undefined {
  if (isImageFile(body)) return { kind: "encoded", bytes: body };
  return imageOrUndefined(imageFromText(Buffer.from(body).toString("latin1")));
}
