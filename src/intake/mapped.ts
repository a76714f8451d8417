import { answer } from "./answers.ts";
import { mapImages } from "./mapping.ts";
import { resolvePointer } from "./pointer.ts";
import type { Protocol } from "./protocol.ts";

/** A JSON request whose image is where the configuration says. Comes first: what is told beats what is guessed. */
export const mapped: Protocol = {
  name: "mapped",
  matches: ({ requestJson }, { mapping }) =>
    mapping?.image !== undefined && resolvePointer(mapping.image, requestJson).values.length > 0,
  async decode(open, options) {
    const images = mapImages(open.requestJson, options.mapping?.image ?? "", options.tensor);
    return images ? answer(open, images, options) : { reason: "malformed_body" };
  },
};
