import { crc32, deflateSync } from "node:zlib";

/** One piece of an image file: a JPEG segment, or a chunk of PNG or WebP. */
export interface Part {
  readonly type: string;
  readonly content: Buffer;
}

/** A file as its pieces, so that one can be changed and the rest stay whole. */
export interface Parted {
  readonly parts: readonly Part[];
  join(parts: readonly Part[]): Buffer;
}

export function partsOf(file: Buffer): Parted {
  if (file[0] === 0xff) return { parts: jpegParts(file), join: joinJpeg };
  if (file[0] === 0x89) return { parts: pngParts(file), join: joinPng };
  return { parts: webpParts(file), join: joinWebp };
}

/** Type is the marker in hexadecimal; the last part is the entropy-coded rest. */
function jpegParts(file: Buffer): Part[] {
  const parts: Part[] = [];
  let offset = 2;
  while (offset + 4 <= file.length && file[offset] === 0xff && file[offset + 1] !== 0xda) {
    const end = offset + 2 + file.readUInt16BE(offset + 2);
    parts.push({ type: (file[offset + 1] as number).toString(16), content: file.subarray(offset + 4, end) });
    offset = end;
  }
  return [...parts, { type: "rest", content: file.subarray(offset) }];
}

function joinJpeg(parts: readonly Part[]): Buffer {
  const segments = parts.map(({ type, content }) => {
    if (type === "rest") return content;
    const head = Buffer.from([0xff, Number.parseInt(type, 16), 0, 0]);
    head.writeUInt16BE((content.length + 2) % 65_536, 2);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments]);
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function pngParts(file: Buffer): Part[] {
  const parts: Part[] = [];
  for (let offset = 8; offset + 12 <= file.length; ) {
    const length = file.readUInt32BE(offset);
    const content = file.subarray(offset + 8, offset + 8 + length);
    parts.push({ type: file.toString("latin1", offset + 4, offset + 8), content });
    offset += 12 + length;
  }
  return parts;
}

/** With right lengths and checksums, so that the decoder gets past them. */
export function joinPng(parts: readonly Part[]): Buffer {
  const chunks = parts.map(({ type, content }) => {
    const body = Buffer.concat([Buffer.from(type.slice(0, 4).padEnd(4), "latin1"), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  });
  return Buffer.concat([PNG_SIGNATURE, ...chunks]);
}

/** A PNG of one bit a pixel, black, with whatever other chunks in between. */
export function blackPng(width: number, height: number, others: readonly Part[] = [], rows: number = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const data = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * rows));
  return joinPng([
    { type: "IHDR", content: header },
    ...others,
    { type: "IDAT", content: data },
    { type: "IEND", content: Buffer.alloc(0) },
  ]);
}

function webpParts(file: Buffer): Part[] {
  const parts: Part[] = [];
  for (let offset = 12; offset + 8 <= file.length; ) {
    const length = file.readUInt32LE(offset + 4);
    const content = file.subarray(offset + 8, offset + 8 + length);
    parts.push({ type: file.toString("latin1", offset, offset + 4), content });
    offset += 8 + length + (length % 2);
  }
  return parts;
}

function joinWebp(parts: readonly Part[]): Buffer {
  const chunks = parts.map(({ type, content }) => {
    const head = Buffer.from(`${type.slice(0, 4).padEnd(4)}\0\0\0\0`, "latin1");
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  });
  const body = Buffer.concat([Buffer.from("WEBP", "latin1"), ...chunks]);
  const head = Buffer.from("RIFF\0\0\0\0", "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
