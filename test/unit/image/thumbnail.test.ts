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

  it.each(["jpeg", "png", "webp"] as const)(
    "of a %s with texts planted in every place for them holds none of their bytes",
    async (format) => {
      const mark = "zqx7-planted";
      const planted = await scene(64, 64)
        .withExif({ IFD0: { Copyright: mark, ImageDescription: mark } })
        .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>${mark}</rdf></x:xmpmeta>`)
        .withIccProfile("p3")
        [format]()
        .toBuffer();
      // A comment where the format has one at the front, and bytes behind the end.
      const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, mark.length + 2]), Buffer.from(mark)]);
      const front = format === "jpeg" ? [planted.subarray(0, 2), comment, planted.subarray(2)] : [planted];
      const bytes = Buffer.concat([...front, Buffer.from(`<script>${mark}</script>`)]);
      const made = Buffer.from(await thumbnail(await decodePixels(bytes)));
      expect(bytes.includes(mark)).toBe(true);
      for (const word of [mark, "script", "EXIF", "Exif", "XMP ", "ICCP", "adobe"])
        expect(made.includes(word)).toBe(false);
      expect(made.subarray(8, 16).toString("latin1")).toBe("WEBPVP8 ");
    },
  );

  it("of a line of pixels is at least one pixel high", async () => {
    const line = { ...plain(1, 2, 3), sourceWidth: 10_000, sourceHeight: 1 };
    expect(await sharp(await thumbnail(line)).metadata()).toMatchObject({ width: 160, height: 1 });
  });

  it("is a few kilobytes", async () => {
    const pixels = await decodePixels(await scene(640, 480).jpeg().toBuffer());
    expect((await thumbnail(pixels)).length).toBeLessThan(8 * 1024);
  });
});
