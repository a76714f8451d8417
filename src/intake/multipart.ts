import type { ImageInput } from "../core/inference.ts";
import { answer } from "./answers.ts";
import { type Form, readForm } from "./form.ts";
import { isImageFile } from "./image-format.ts";
import { imageFromText, imageOrUndefined } from "./image-value.ts";
import type { Protocol } from "./protocol.ts";

/** An upload form: every file that is an image is one item; without any, fields that hold base64. */
export const multipart: Protocol = {
  name: "multipart",
  matches: ({ exchange }) => isFormType(exchange.requestHeaders.get("content-type")),
  async decode(open, options) {
    const form = await readForm(open.exchange.requestHeaders.get("content-type") ?? "", open.requestBody);
    return form ? answer(open, imagesOf(form), options) : { reason: "malformed_body" };
  },
};

function isFormType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^multipart\/form-data\b/i.test(contentType.trim());
}

function imagesOf({ files, fields }: Form): readonly (ImageInput | undefined)[] {
  const uploaded = files.filter(({ bytes }) => isImageFile(bytes));
  if (uploaded.length > 0) return uploaded.map(({ bytes }) => ({ kind: "encoded", bytes }));
  const texts = fields.map(({ value }) => imageOrUndefined(imageFromText(value)));
  return texts.filter((image) => image !== undefined);
}
