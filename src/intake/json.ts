/** An object out of JSON.parse. Read with `member`, so that a name can never reach a prototype. */
export type JsonObject = { readonly [name: string]: unknown };

const utf8 = new TextDecoder("utf-8");
const LENIENT_LIMIT_CHARACTERS = 1 << 20;
const STRING_OR_NON_FINITE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * undefined when the bytes are no JSON. Python writes NaN and Infinity bare, which JSON forbids; they are read as null, because
 * a model that starts to answer NaN is just what we are here to see. Of duplicate keys the last counts.
 */
export function parseJson(bytes: Uint8Array): unknown {
  return parseJsonText(utf8.decode(bytes));
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

/** Deepest nesting of arrays and objects in JSON text; brackets inside strings do not count. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}
