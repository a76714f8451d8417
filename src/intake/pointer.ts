import { member } from "./json.ts";

/**
 * JSON Pointer (RFC 6901) with one addition: a token `*` stands for every element of an array, at most once.
 * Worked example: `results`, `*`, `score` on {"results": [{"score": 1}, {"score": 2}]} gives [1, 2].
 */
export type Found = { readonly many: boolean; readonly values: readonly unknown[] };

const NOTHING: Found = { many: false, values: [] };

/** What is wrong with a pointer, in words; undefined when nothing is. */
export function pointerFault(pointer: string): string | undefined {
  if (pointer !== "" && !pointer.startsWith("/")) return `"${pointer}" must be empty or start with "/"`;
  if (/~(?![01])/.test(pointer)) return `"${pointer}" has a "~" that is not "~0" or "~1"`;
  return tokensOf(pointer).filter((token) => token === "*").length > 1
    ? `"${pointer}" has more than one "*"`
    : undefined;
}

/** The values that a pointer names: none, one, or (`many`) one an element of the array under `*`, undefined where it has none. */
export function resolvePointer(pointer: string, document: unknown): Found {
  const tokens = tokensOf(pointer);
  const star = tokens.indexOf("*");
  if (star < 0) {
    const value = walk(document, tokens);
    return value === undefined ? NOTHING : { many: false, values: [value] };
  }
  const list = walk(document, tokens.slice(0, star));
  if (!Array.isArray(list)) return NOTHING;
  return { many: true, values: list.map((element) => walk(element, tokens.slice(star + 1))) };
}

function tokensOf(pointer: string): string[] {
  const tokens = pointer.split("/").slice(1);
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function walk(start: unknown, tokens: readonly string[]): unknown {
  let value = start;
  for (const token of tokens) {
    value = Array.isArray(value)
      ? /^(0|[1-9]\d*)$/.test(token)
        ? value[Number(token)]
        : undefined
      : member(value, token);
  }
  return value;
}
