import { answer } from "./answers.ts";
import { imageFromJson, imageOrUndefined } from "./image-value.ts";
import { firstMember, member } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { Protocol } from "./protocol.ts";

const ONE = ["image", "img", "image_b64", "image_base64", "image_bytes", "b64"];
const MANY = ["images", "imgs"];

/** `{"image": …}` or `{"images": […]}` with base64 or Roboflow's `{"type": "base64", "value": …}`: FastAPI, LitServe, Roboflow. */
export const jsonImage: Protocol = {
  name: "json_image",
  matches: ({ requestJson }) =>
    firstMember(requestJson, [...ONE, ...MANY]) !== undefined &&
    member(requestJson, "instances") === undefined &&
    member(requestJson, "inputs") === undefined,
  async decode(open, options) {
    const found = firstMember(open.requestJson, [...ONE, ...MANY]);
    const isBatch = Array.isArray(found) && typeof found[0] !== "number" && !Array.isArray(found[0]);
    const values: readonly unknown[] = isBatch ? found : [found];
    if (values.length > LIMITS.images) return { reason: "body_too_large" };
    return answer(
      open,
      values.map((value) => imageOrUndefined(imageFromJson(value, options.tensor))),
      options,
    );
  },
};
