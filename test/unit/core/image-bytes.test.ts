import { describe, expect, it } from "vitest";
import { imageBytes, imageSizeBytes, withoutItsBody } from "../../../src/core/image-bytes.ts";
import type { ImageInput, Inference } from "../../../src/core/inference.ts";

const withImage = (image: ImageInput): Inference => ({ ids: [], timeSeconds: 0, model: "", modelVersion: "", image });
const encodedPart = (length: number) => withImage({ kind: "encoded", bytes: new Uint8Array(100).subarray(0, length) });

describe("the bytes of an inference's image", () => {
  it("are none without one", () => {
    const inference = { ids: [], timeSeconds: 0, model: "", modelVersion: "" };
    expect(imageSizeBytes(inference)).toBe(0);
    expect(withoutItsBody(inference)).toBe(inference);
  });

  it("are those of the file or of the rows", () => {
    expect(imageSizeBytes(encodedPart(7))).toBe(7);
    expect(imageSizeBytes(withImage({ kind: "rgb", width: 1, height: 2, data: new Uint8Array(6) }))).toBe(6);
  });

  it("are copied out of a body of more than twice their size", () => {
    const small = withoutItsBody(encodedPart(49)).image as ImageInput;
    expect([imageBytes(small).length, imageBytes(small).buffer.byteLength]).toEqual([49, 49]);
    const rows = withImage({
      kind: "rgb",
      width: 1,
      height: 1,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7).subarray(1, 4),
    });
    expect(withoutItsBody(rows).image).toEqual({ kind: "rgb", width: 1, height: 1, data: Uint8Array.of(2, 3, 4) });
    const half = encodedPart(50);
    expect(withoutItsBody(half)).toBe(half);
  });
});
