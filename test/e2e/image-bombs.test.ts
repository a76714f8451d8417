import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { blackPng } from "../../bench/fuzz/image-parts.ts";
import { askImageProcess, type ImageAnswer } from "../../bench/fuzz/image-process.ts";
import { paintScene } from "../../bench/scene.ts";

const MIB = 2 ** 20;

const decode = (bytes: Uint8Array): Promise<ImageAnswer> => askImageProcess({ kind: "file", bytes }, 60);

function picture(width: number, height: number): Sharp {
  const tile = paintScene(256, 256, 1).data;
  return sharp(tile, { raw: { width: 256, height: 256, channels: 3 } }).resize(width, height, { fit: "fill" });
}

const half = (file: Buffer): Buffer => file.subarray(0, file.length / 2);

/** A text or a colour profile that unpacks to 100 MB. */
function metadataBomb(type: "zTXt" | "iCCP"): Buffer {
  const packed = deflateSync(Buffer.alloc(100e6), { level: 9 });
  return blackPng(64, 64, [{ type, content: Buffer.concat([Buffer.from("comment\0\0"), packed]) }]);
}

async function progressive(width: number, height: number): Promise<Buffer> {
  return picture(width, height).jpeg({ progressive: true, quality: 50 }).toBuffer();
}

const laughs = (): Buffer => {
  const entities = Array.from({ length: 9 }, (_, k) => `<!ENTITY l${k + 1} "${`&l${k};`.repeat(10)}">`).join("");
  return Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY l0 "ha">${entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&l9;</text></svg>`,
  );
};
const include = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
);

interface Bomb {
  readonly name: string;
  readonly file: () => Buffer | Promise<Buffer>;
  readonly outcome: string;
  /** Decoders that keep the whole image need up to 6.1 bytes a pixel. */
  readonly growthMebibytes: number;
}

const REFUSED = 30;
const BOMBS: readonly Bomb[] = [
  {
    name: "a PNG header of 50,000 × 50,000",
    file: () => blackPng(50_000, 50_000, [], 1),
    outcome: "too_large",
    growthMebibytes: REFUSED,
  },
  {
    name: "a PNG of 7,000 × 7,000 zeros",
    file: () => blackPng(7000, 7000),
    outcome: "too_large",
    growthMebibytes: REFUSED,
  },
  {
    name: "a PNG of 4,000 × 4,000 zeros, within the limit",
    file: () => blackPng(4000, 4000),
    outcome: "decoded",
    growthMebibytes: 100,
  },
  {
    name: "a PNG one pixel high and 16 million wide",
    file: () => blackPng(16_000_000, 1),
    outcome: "decoded",
    growthMebibytes: 150,
  },
  { name: "a zTXt chunk of 100 MB", file: () => metadataBomb("zTXt"), outcome: "decoded", growthMebibytes: 60 },
  { name: "an iCCP chunk of 100 MB", file: () => metadataBomb("iCCP"), outcome: "decoded", growthMebibytes: 60 },
  { name: "an SVG of a billion laughs", file: laughs, outcome: "unsupported_format", growthMebibytes: REFUSED },
  { name: "an SVG that includes a file", file: () => include, outcome: "unsupported_format", growthMebibytes: REFUSED },
  {
    name: "a progressive JPEG of 24 megapixels",
    file: () => progressive(6000, 4000),
    outcome: "too_large",
    growthMebibytes: REFUSED,
  },
  {
    name: "a progressive JPEG of 16 megapixels, within the limit",
    file: () => progressive(4000, 4000),
    outcome: "decoded",
    growthMebibytes: 150,
  },
  {
    name: "an interlaced PNG of 4 megapixels",
    file: () => picture(2000, 2000).png({ progressive: true }).toBuffer(),
    outcome: "decoded",
    growthMebibytes: 100,
  },
  {
    name: "GIF",
    file: () => picture(64, 64).gif().toBuffer(),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  {
    name: "TIFF",
    file: () => picture(64, 64).tiff().toBuffer(),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  {
    name: "AVIF",
    file: () => picture(64, 64).avif().toBuffer(),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  {
    name: "PPM",
    file: () => Buffer.from("P6 60000 60000 255\n"),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  { name: "CSV", file: () => Buffer.from("1,2,3\n4,5,6\n"), outcome: "unsupported_format", growthMebibytes: REFUSED },
  {
    name: "MVG",
    file: () => Buffer.from("push graphic-context\nimage over 0,0 9,9 'https://127.0.0.1/'\n"),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  {
    name: "EPS",
    file: () => Buffer.from("%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n"),
    outcome: "unsupported_format",
    growthMebibytes: REFUSED,
  },
  { name: "nothing", file: () => Buffer.alloc(0), outcome: "no_image", growthMebibytes: REFUSED },
  {
    name: "the first bytes of a JPEG, then junk",
    file: () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(9 * MIB, 0x5a)]),
    outcome: "decode_failed",
    growthMebibytes: 60,
  },
  {
    name: "a JPEG that ends halfway",
    file: async () => half(await picture(640, 480).jpeg().toBuffer()),
    outcome: "decode_failed",
    growthMebibytes: REFUSED,
  },
  {
    name: "eleven mebibytes",
    file: () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(11 * MIB)]),
    outcome: "too_large",
    growthMebibytes: REFUSED + 11,
  },
];

describe("an image that is made to hurt", () => {
  it.each(BOMBS)("is refused or bounded: $name", async ({ file, outcome, growthMebibytes }) => {
    const answer = await decode(await file());
    expect(answer).toMatchObject({ outcomes: [[outcome, 1]], crashes: 0, stuck: 0 });
    expect(answer.growthBytes).toBeLessThan(growthMebibytes * MIB);
  });
});
