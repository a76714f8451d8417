import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { thumbnail } from "../../../src/image/thumbnail.ts";
import { decodePixels, plain, scene } from "./pictures.ts";

describe("a thumbnail", () => {
  it("is a WebP of at most 160 px in the shape of the source", async () => {
    const pixels = await decodePixels(await scene(640, 480).jpeg().toBuffer());
    const metadata = await sharp(await thumbnail(pixels)).metadata();
    expect(metadata).toMatchObject({ format: "webp", width: 160, height: 120 });
  });

  it("carries nothing of the sender's metadata", async () => {
    const bytes = await scene(64, 64)
      .withExif({ IFD0: { Copyright: "secret place" } })
      .jpeg()
      .toBuffer();
    expect(bytes.includes("secret place")).toBe(true);
    const metadata = await sharp(await thumbnail(await decodePixels(bytes))).metadata();
    expect(metadata.exif).toBeUndefined();
    expect(metadata.icc).toBeUndefined();
    expect(metadata.xmp).toBeUndefined();
  });

  it("of a line of pixels is at least one pixel high", async () => {
    const line = { ...plain(1, 2, 3), sourceWidth: 10_000, sourceHeight: 1 };
    expect(await sharp(await thumbnail(line)).metadata()).toMatchObject({ width: 160, height: 1 });
  });

  it("is a few kilobytes", async () => {
    const pixels = await decodePixels(await scene(640, 480).jpeg().toBuffer());
    expect((await thumbnail(pixels)).length).toBeLessThan(8 * 1024);
  });
});
