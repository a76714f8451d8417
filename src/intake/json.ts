import { jsonExcess } from "./json-excess.ts";
import { LIMITS } from "./limits.ts";

/** An object out of JSON.parse. Read with `member`, so that a name can never reach a prototype. */
export type JsonObject = { readonly [name: string]: unknown };

const utf8 = new TextDecoder("utf-8");
const LENIENT_LIMIT_CHARACTERS = 1 << 20;
/** A text that is not closed counts up to the end: given up, each quote in it would be tried as a beginning, and cost a look at the rest. */
const STRING_OR_NON_FINITE = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|-?\b(?:NaN|Infinity)\b/g;

/**
 * undefined when the bytes are no JSON, or JSON over a limit. Python writes NaN and Infinity bare, which JSON forbids; they are
 * read as null, because a model that starts to answer NaN is just what we are here to see. Of duplicate keys the last counts.
 */
export function parseJson(bytes: Uint8Array): unknown {
  return readJson(bytes).value;
}

/** The same, telling what is over a limit from what is no JSON. */
export function readJson(bytes: Uint8Array): { readonly value: unknown; readonly overLimit: boolean } {
  if (jsonExcess(bytes, LIMITS.jsonDepth)) return { value: undefined, overLimit: true };
  return { value: parseJsonText(utf8.decode(bytes)), overLimit: false };
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseLenient(text);
  }
}

function parseLenient(text: string): unknown {
  if (text.length > LENIENT_LIMIT_CHARACTERS || !/NaN|Infinity/.test(text)) return undefined;
  try {
    return JSON.parse(text.replace(STRING_OR_NON_FINITE, (token) => (token.startsWith('"') ? token : "null")));
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member of a JSON object; undefined for anything else, inherited members included. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The first of the named members that is there and not null. */
export function firstMember(value: unknown, names: readonly string[]): unknown {
  for (const name of names) {
    const found = member(value, name);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

/** Numbers out of an array of numbers; null counts as NaN. undefined when it holds anything else, or nothing. */
export function numbersOf(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const numbers = new Float64Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const entry: unknown = value[i];
    if (typeof entry !== "number" && entry !== null) return undefined;
    numbers[i] = entry ?? Number.NaN;
  }
  return numbers;
}
