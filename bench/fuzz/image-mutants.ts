import { deflateSync } from "node:zlib";
import type { Random } from "../../src/core/random.ts";
import { type Part, partsOf } from "./image-parts.ts";
import { mutate, oneOf, pick, randomBytes } from "./mutate.ts";

/** A damaged file: half of them changed anywhere, half in one piece whose lengths and checksums are then put right again. */
export function imageMutant(file: Buffer, random: Random): Buffer {
  if (random.next() < 0.5) return mutate(file, random);
  const { parts, join } = partsOf(file);
  let changed = [...parts];
  for (let changes = 1 + pick(random, 3); changes > 0; changes--) changed = changeParts(changed, random);
  const joined = join(changed);
  return random.next() < 0.1 ? mutate(joined, random) : joined;
}

function changeParts(parts: readonly Part[], random: Random): Part[] {
  const at = pick(random, parts.length);
  const part = parts[at];
  if (!part) return [...parts];
  switch (pick(random, 7)) {
    case 0:
      return parts.toSpliced(at, 1);
    case 1:
      return parts.toSpliced(at, 0, part);
    case 2:
      return parts.toSpliced(pick(random, parts.length), 0, inserted(part, random));
    case 3:
      return parts.with(at, oneOf(random, parts)).with(pick(random, parts.length), part);
    case 4:
      return resized(parts, random);
    default:
      return parts.with(at, { ...part, content: mutate(part.content, random) });
  }
}

const SIZES = [0, 1, 2, 63, 65, 255, 256, 3999, 4096, 16_383, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** PNG's; those of the others are shorter. */
const LONGEST_HEAD_BYTES = 13;

/** Another width and height where the format keeps them. */
function resized(parts: readonly Part[], random: Random): Part[] {
  return parts.map((part) => {
    if (part.content.length < LONGEST_HEAD_BYTES) return part;
    const content = Buffer.from(part.content);
    const size = (): number => oneOf(random, SIZES);
    if (part.type === "IHDR") {
      content.writeUInt32BE(size(), 4 * pick(random, 2));
      if (random.next() < 0.3) content[8 + pick(random, 5)] = pick(random, 18);
    } else if (part.type === "c0" || part.type === "c2") {
      content.writeUInt16BE(size() % 65_536, 1 + 2 * pick(random, 2));
      if (random.next() < 0.3) content[5 + pick(random, content.length - 5)] = pick(random, 256);
    } else if (part.type === "VP8 ") content.writeUInt16LE(size() % 65_536, 6 + 2 * pick(random, 2));
    else if (part.type === "VP8L") content.writeUInt32LE(size(), 1);
    else if (part.type === "VP8X") content.writeUIntLE(size() % 2 ** 24, 4 + 3 * pick(random, 2), 3);
    return { ...part, content };
  });
}

/** Pieces that are only metadata, some of which unpack to much more. */
function inserted(like: Part, random: Random): Part {
  const bomb = deflateSync(Buffer.alloc(1 << 20));
  const isPng = /^[A-Za-z]{4}$/.test(like.type) && like.type !== "VP8L";
  if (!isPng) return { type: oneOf(random, ["e1", "ed", "fe", "dd", "c4", "db"]), content: randomBytes(random, 40) };
  const type = oneOf(random, ["zTXt", "iTXt", "iCCP", "tEXt", "eXIf", "gAMA", "sBIT", "tRNS", "PLTE", "acTL", "fdAT"]);
  return { type, content: random.next() < 0.5 ? Buffer.concat([Buffer.from("k\0\0"), bomb]) : randomBytes(random, 40) };
}
