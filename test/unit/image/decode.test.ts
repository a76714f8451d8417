import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createDecoder } from "../../../src/image/decode.ts";
import { blackPng, decodePixels, decoder, draw, scene } from "./pictures.ts";

const encoded = (bytes: Uint8Array) => decoder.decode({ kind: "encoded", bytes });

/** Left half red, right half blue. */
const halves = () => {
  const { data } = draw(64, 32, (x) => (x < 32 ? [255, 0, 0] : [0, 0, 255]));
  return sharp(data, { raw: { width: 64, height: 32, channels: 3 } });
};

describe("decoding a file", () => {
  it.each(["jpeg", "png", "webp"] as const)(
    "reads %s into a square of RGB and keeps the size it had",
    async (format) => {
      const bytes = await scene(300, 200)[format]().toBuffer();
      const pixels = await decodePixels(bytes);
      expect(pixels).toMatchObject({ width: 224, height: 224, sourceWidth: 300, sourceHeight: 200 });
      expect(pixels.sourceBytes).toBe(bytes.length);
      expect(pixels.data).toHaveLength(224 * 224 * 3);
    },
  );

  it("stretches instead of cropping: the borders of a wide image are still there", async () => {
    const { data } = await decodePixels(await halves().png().toBuffer());
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...data.subarray(223 * 3, 224 * 3)]).toEqual([0, 0, 255]);
  });

  it("turns the image as its EXIF orientation says", async () => {
    const bytes = await halves().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { data, sourceWidth, sourceHeight } = await decodePixels(bytes);
    expect([sourceWidth, sourceHeight]).toEqual([32, 64]);
    const [topRight, bottomLeft] = [3 * 223, 3 * 223 * 224];
    expect(data[topRight]).toBeGreaterThan(200);
    expect(data[bottomLeft]).toBeLessThan(50);
  });

  it("makes three equal channels of a greyscale image, with or without alpha, and of 16 bits a channel", async () => {
    const grey = draw(40, 40, () => [90, 90, 90]).data;
    const picture = sharp(grey, { raw: { width: 40, height: 40, channels: 3 } });
    const files = [
      await picture.clone().greyscale().jpeg().toBuffer(),
      await picture.clone().greyscale().ensureAlpha().png().toBuffer(),
      await picture.clone().toColourspace("rgb16").png().toBuffer(),
      await picture.clone().png({ palette: true }).toBuffer(),
    ];
    for (const bytes of files) expect([...(await decodePixels(bytes)).data.subarray(0, 3)]).toEqual([90, 90, 90]);
  });

  it("makes RGB of a CMYK JPEG", async () => {
    const red = sharp({ create: { width: 40, height: 40, channels: 3, background: "#ff0000" } });
    const [r, g, b] = (await decodePixels(await red.toColourspace("cmyk").jpeg().toBuffer())).data;
    expect(r).toBeGreaterThan(180);
    expect(Math.max(g as number, b as number)).toBeLessThan(90);
  });

  it("shows black where an image is transparent", async () => {
    const clear = sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } },
    });
    expect((await decodePixels(await clear.png().toBuffer())).data.every((level) => level === 0)).toBe(true);
  });

  it("reads only the first frame of an animation", async () => {
    const strip = draw(32, 64, (_, y) => (y < 32 ? [255, 255, 255] : [0, 0, 0])).data;
    const animation = await sharp(strip, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } })
      .webp({ lossless: true })
      .toBuffer();
    const pixels = await decodePixels(animation);
    expect(pixels.sourceHeight).toBe(32);
    expect(pixels.data.every((level) => level === 255)).toBe(true);
  });

  it("gives the same pixels twice", async () => {
    const bytes = await scene(640, 480).jpeg().toBuffer();
    const [first, second] = [await decodePixels(bytes), await decodePixels(bytes)];
    expect(Buffer.compare(first.data, second.data)).toBe(0);
  });
});

describe("decoding a tensor", () => {
  it("keeps the pixels of one that has the size already, and has no bytes of a file", async () => {
    const { data } = draw(224, 224, (x, y) => [x, y, 7]);
    const decoded = await decoder.decode({ kind: "rgb", width: 224, height: 224, data });
    if ("reason" in decoded) throw new Error(decoded.reason);
    expect(decoded.pixels.data).toBe(data);
    expect([decoded.pixels.sourceWidth, decoded.pixels.sourceHeight]).toEqual([224, 224]);
    expect(decoded.pixels.sourceBytes).toBeNaN();
  });

  it("resizes any other", async () => {
    const { data } = draw(30, 20, () => [10, 20, 30]);
    const decoded = await decoder.decode({ kind: "rgb", width: 30, height: 20, data });
    if ("reason" in decoded) throw new Error(decoded.reason);
    expect(decoded.pixels).toMatchObject({ width: 224, height: 224, sourceWidth: 30, sourceHeight: 20 });
    expect([...decoded.pixels.data.subarray(0, 3)]).toEqual([10, 20, 30]);
  });

  it.each([
    { name: "no pixels", width: 0, height: 0, length: 0, reason: "no_image" },
    { name: "sizes that are not numbers", width: Number.NaN, height: 2, length: 12, reason: "no_image" },
    { name: "too few bytes", width: 4, height: 4, length: 47, reason: "decode_failed" },
    { name: "a fraction of a pixel", width: 1.5, height: 2, length: 9, reason: "decode_failed" },
    { name: "too many pixels", width: 4001, height: 4000, length: 0, reason: "too_large" },
  ])("refuses $name", async ({ width, height, length, reason }) => {
    expect(await decoder.decode({ kind: "rgb", width, height, data: new Uint8Array(length) })).toEqual({ reason });
  });
});

describe("decoding bad input", () => {
  it("gives a reason for an empty file, and for bytes that are no image", async () => {
    expect(await encoded(new Uint8Array())).toEqual({ reason: "no_image" });
    expect(await encoded(Buffer.from("not an image"))).toEqual({ reason: "unsupported_format" });
    expect(await encoded(Uint8Array.of(0xff))).toEqual({ reason: "unsupported_format" });
  });

  it.each(["gif", "tiff", "avif"] as const)("refuses %s, whose decoder is not allowed", async (format) => {
    expect(await encoded(await scene(32, 32)[format]().toBuffer())).toEqual({ reason: "unsupported_format" });
  });

  it("refuses SVG, which could name other files", async () => {
    expect(await encoded(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).toEqual({
      reason: "unsupported_format",
    });
  });

  it("has no other decoder even for a caller that skips the look at the first bytes", async () => {
    const gif = await scene(32, 32).gif().toBuffer();
    await expect(sharp(gif).metadata()).rejects.toThrow("unsupported image format");
    await expect(sharp("test/contracts/fixtures/images/scene.jpg").metadata()).rejects.toThrow(
      "unsupported image format",
    );
  });

  it("refuses a file over the limit of bytes before anything reads it", async () => {
    const small = createDecoder({ maxBytes: 100, maxPixels: 1e6, size: 224 });
    expect(await small.decode({ kind: "encoded", bytes: new Uint8Array(101) })).toEqual({ reason: "too_large" });
  });

  it("refuses an image whose header promises too many pixels", async () => {
    expect(await encoded(blackPng(50_000, 50_000, true))).toEqual({ reason: "too_large" });
    expect(await encoded(blackPng(10_000, 10_000))).toEqual({ reason: "too_large" });
    const jpeg = await scene(64, 48).jpeg().toBuffer();
    const frame = jpeg.indexOf(Uint8Array.of(0xff, 0xc0));
    jpeg.writeUInt16BE(65_000, frame + 5);
    jpeg.writeUInt16BE(65_000, frame + 7);
    expect(await encoded(jpeg)).toEqual({ reason: "too_large" });
  });

  it("decodes a bomb that keeps to the limit of pixels within bounded memory", async () => {
    const before = process.memoryUsage.rss();
    expect(await encoded(blackPng(4000, 4000))).toHaveProperty("pixels");
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 2 ** 20);
  });

  it.each(["jpeg", "png", "webp"] as const)("gives up on a %s that ends early", async (format) => {
    const bytes = await scene(320, 240)[format]().toBuffer();
    for (const share of [0.1, 0.5, 0.9]) {
      expect(await encoded(bytes.subarray(0, bytes.length * share))).toEqual({ reason: "decode_failed" });
    }
  });

  it("gives up on a header without an image behind it", async () => {
    expect(await encoded(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toEqual({ reason: "decode_failed" });
    expect(await encoded(Buffer.from("RIFF\x04\0\0\0WEBP", "latin1"))).toEqual({ reason: "decode_failed" });
  });
});
