import type { Random } from "../../src/core/random.ts";
import { mutate, oneOf, pick } from "./mutate.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What a mark becomes in the text: numbers and bytes that JSON.stringify cannot write. */
const RAW: Readonly<Record<string, string>> = {
  "@huge": "1e999",
  "@tiny": "-1e-999",
  "@digits": "9".repeat(400),
  "@nan": "NaN",
  "@infinity": "-Infinity",
  "@surrogate": '"\\ud800"',
  "@nul": '"\\u0000"',
  "@deep": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "@deepObject": `${'{"a":'.repeat(200)}1${"}".repeat(200)}`,
  "@wide": `[${"0,".repeat(3000)}0]`,
  "@twice": '{"id":"a","id":"b","label":0,"label":1}',
};

const VALUES: readonly Json[] = [
  ...Object.keys(RAW),
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 31), 1e308, "", " ", "x".repeat(2000), "__proto__", "constructor"],
  ...[
    "https://127.0.0.1:1/a.jpg",
    "data:image/png;base64,",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59Z",
    "gASVKAAu",
  ],
  ...[[], {}, [[]], [[[[[0]]]]], { "": "" }, { toString: 1, valueOf: 1 }, { length: 1e9 }, [null, null], ["a", 0.5]],
];
const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "", "length", "0", "\u0000", "id", "label"];

/** JSON like that of `valid`, with a few places changed; one in five is damaged as text besides. */
export function jsonMutant(valid: Json, random: Random): Buffer {
  let value = valid;
  for (let changes = pick(random, 5); changes > 0; changes--) value = change(value, random);
  const text = toText(value);
  const bytes = Buffer.from(random.next() < 0.05 ? `\ufeff${text}` : text);
  return random.next() < 0.2 ? mutate(bytes, random) : bytes;
}

export function toText(value: Json): string {
  return JSON.stringify(value).replace(/"(@\w+)"/g, (quoted, mark: string) => RAW[mark] ?? quoted);
}

/** Goes down to a random place and puts something else there. */
function change(value: Json, random: Random): Json {
  const stop = random.next() < 0.25;
  if (!stop && Array.isArray(value) && value.length > 0) return changeArray(value, random);
  if (!stop && typeof value === "object" && value !== null && !Array.isArray(value)) {
    return changeObject(value as { readonly [name: string]: Json }, random);
  }
  return random.next() < 0.1 ? [value] : oneOf(random, VALUES);
}

function changeArray(items: readonly Json[], random: Random): Json {
  const at = pick(random, items.length);
  const item = items[at] as Json;
  switch (pick(random, 5)) {
    case 0:
      return items.toSpliced(at, 1);
    case 1:
      return items.toSpliced(at, 0, item);
    case 2:
      return [...items, ...Array.from({ length: pick(random, 40) }, () => item)];
    default:
      return items.with(at, change(item, random));
  }
}

/** By entries, since assigning to `__proto__` would set it. */
function changeObject(object: { readonly [name: string]: Json }, random: Random): Json {
  const entries = Object.entries(object);
  if (entries.length === 0) return Object.fromEntries([[oneOf(random, NAMES), oneOf(random, VALUES)]]);
  const at = pick(random, entries.length);
  const [name, value] = entries[at] as [string, Json];
  switch (pick(random, 5)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 1:
      return Object.fromEntries(entries.with(at, [oneOf(random, NAMES), value]));
    case 2:
      return Object.fromEntries([...entries, [oneOf(random, NAMES), oneOf(random, VALUES)]]);
    default:
      return Object.fromEntries(entries.with(at, [name, change(value, random)]));
  }
}
