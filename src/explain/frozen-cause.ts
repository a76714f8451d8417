import type { Cause } from "../core/assessment.ts";
import type { Evidence } from "./evidence.ts";

/** The same picture again and again: a camera that hangs, or a client that repeats itself. All of the drift is its doing. */
export function frozenCause({ frozen, input }: Evidence): Cause | undefined {
  if (!frozen) return undefined;
  return {
    kind: "frozen",
    subject: "",
    sentence: `All ${input.window.images.count} images are nearly the same picture: the camera may be frozen, or one image is sent again and again.`,
    shareRatio: 1,
  };
}
