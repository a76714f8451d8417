import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { paintScene } from "../../../bench/scene.ts";
import { createDecoder, type Decoder } from "../../../src/image/decode.ts";
import type { Pixels } from "../../../src/image/pixels.ts";

export const decoder: Decoder = createDecoder({ maxBytes: 2 ** 20, maxPixels: 16e6, size: 224 });

/** A painted picture, ready to be encoded. */
export function scene(width: number, height: number, seed = 1): Sharp {
  return sharp(paintScene(width, height, seed).data, { raw: { width, height, channels: 3 } });
}

/** One colour all over, at the size that is analysed. */
export function plain(red: number, green: number, blue: number, size = 224): Pixels {
  return draw(size, size, () => [red, green, blue]);
}

export function draw(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly [number, number, number],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(colourAt(i % width, Math.floor(i / width)), 3 * i);
  return { width, height, data, sourceWidth: width, sourceHeight: height, sourceBytes: Number.NaN };
}

export async function decodePixels(bytes: Uint8Array): Promise<Pixels> {
  const decoded = await decoder.decode({ kind: "encoded", bytes });
  if ("reason" in decoded) throw new Error(decoded.reason);
  return decoded.pixels;
}

/** A black PNG, one bit a pixel; with `truncated`, a header that promises it and almost no data. */
export function blackPng(width: number, height: number, truncated = false): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = truncated ? Buffer.alloc(16) : Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
