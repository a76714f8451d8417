import { LIMITS } from "./limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/**
 * What makes JSON too costly to parse, in words; undefined when nothing does. Only the first value of the bytes is looked at: a
 * parser builds no other. Ends at the first excess, so a megabyte of brackets costs as little as nine of them.
 */
export function jsonExcess(bytes: Uint8Array, maxDepth: number): string | undefined {
  let depth = 0;
  let containers = 0;
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i);
        break;
      case ARRAY:
      case OBJECT:
        containers++;
        if (++depth > maxDepth) return `is nested deeper than ${maxDepth}`;
        break;
      case ARRAY_END:
      case OBJECT_END:
        if (--depth <= 0) return undefined;
        break;
      case COLON:
        containers++;
        break;
      case COMMA:
        values++;
    }
    if (containers > LIMITS.jsonContainers) return `has more than ${LIMITS.jsonContainers} lists, objects and members`;
    if (values >= LIMITS.jsonValues) return `has more than ${LIMITS.jsonValues} values`;
  }
  return undefined;
}

/** Place of the quote that ends the text whose quote is at `start`; the length of the bytes when none does. */
function endOfString(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end > 0 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
  return end < 0 ? bytes.length : end;
}

/** After an odd number of backslashes. They are read once for each quote, so all texts together are read twice. */
function isEscaped(bytes: Uint8Array, quote: number): boolean {
  let first = quote;
  while (bytes[first - 1] === BACKSLASH) first--;
  return (quote - first) % 2 === 1;
}
