import type { Random } from "../../src/core/random.ts";

/** A whole number from 0, below `below`. */
export function pick(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[pick(random, items.length)] as T;
}

export function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => pick(random, 256)));
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff];

/** Overwrites, flips, cuts out, doubles, inserts or cuts off bytes at one to eight places, half of them near the start. */
export function mutate(original: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let edits = 1 + pick(random, 8); edits > 0 && bytes.length > 0; edits--) {
    const at = pick(random, random.next() < 0.5 ? Math.min(64, bytes.length) : bytes.length);
    bytes = edit(bytes, at, random);
  }
  return bytes;
}

function edit(bytes: Buffer, at: number, random: Random): Buffer {
  const replace = (length: number, by: Uint8Array): Buffer =>
    Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)]);
  switch (pick(random, 7)) {
    case 0:
      return replace(1, randomBytes(random, 1));
    case 1:
      return replace(1, Uint8Array.of((bytes[at] as number) ^ (1 << pick(random, 8))));
    case 2:
      return replace(1 + pick(random, 4), Buffer.alloc(1 + pick(random, 4), oneOf(random, EDGES)));
    case 3:
      return replace(1 + pick(random, 32), Buffer.alloc(0));
    case 4:
      return replace(0, bytes.subarray(at, at + pick(random, 64)));
    case 5:
      return replace(0, randomBytes(random, pick(random, 64)));
    default:
      return random.next() < 0.3 ? bytes.subarray(0, at) : replace(1, randomBytes(random, 1));
  }
}
