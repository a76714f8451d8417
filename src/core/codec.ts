import { Encoder } from "cbor-x";

/** A view on numbers. What is decoded owns its memory, so it is aligned and keeps no larger buffer alive. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** What may be written down: plain objects and arrays of numbers, strings, booleans, null and typed arrays. */
export type PlainState =
  | null
  | boolean
  | number
  | string
  | NumberArray
  | readonly PlainState[]
  | { readonly [key: string]: PlainState | undefined };

const NUMBER_ARRAYS = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
] as const;

const encoder = new Encoder({ useRecords: false, tagUint8Array: true });

/**
 * CBOR (RFC 8949); typed arrays as RFC 8746 tags, little-endian, bit for bit. A lone −0 becomes 0 and a property that is
 * undefined stays so; numbers keep all 64 bits otherwise. Throws a TypeError, naming the place, for anything that PlainState excludes.
 */
export function encodePlain(value: unknown): Uint8Array {
  copyPlain(value, "$");
  return new Uint8Array(encoder.encode(value));
}

/** The inverse. Throws on bytes that `encodePlain` cannot have made. */
export function decodePlain(bytes: Uint8Array): PlainState {
  return copyPlain(encoder.decode(bytes), "$") as PlainState;
}

/**
 * cbor-x hands out views into the bytes it read, and knows dates, maps, sets and errors besides: copying frees the bytes and
 * refuses the rest.
 */
function copyPlain(value: unknown, path: string): PlainState | undefined {
  if (value === null || value === undefined || ["boolean", "number", "string"].includes(typeof value)) {
    return value as PlainState | undefined;
  }
  if (ArrayBuffer.isView(value)) return copyNumbers(value, path);
  if (Array.isArray(value)) return value.map((item, index) => copyPlain(item, `${path}[${index}]`) as PlainState);
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${path} is not plain data`);
  const copy: Record<string, PlainState | undefined> = {};
  for (const [key, item] of Object.entries(value as object)) {
    // Assigning to it would set the prototype, and cbor-x would rename it.
    if (key === "__proto__") throw new TypeError(`${path} has a key "__proto__"`);
    copy[key] = copyPlain(item, `${path}.${key}`);
  }
  return copy;
}

function copyNumbers(view: ArrayBufferView, path: string): NumberArray {
  const Type = NUMBER_ARRAYS.find((candidate) => view instanceof candidate);
  if (!Type) throw new TypeError(`${path} is a kind of array that is not written down`);
  return new Type(view as unknown as ArrayLike<number>);
}
