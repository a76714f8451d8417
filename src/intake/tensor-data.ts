import { LIMITS } from "./limits.ts";

/** Reads one element at a byte offset, little-endian. */
type ReadElement = (view: DataView, offset: number) => number;

const READERS: ReadonlyMap<string, { readonly bytes: number; readonly read: ReadElement }> = new Map([
  ["BOOL", { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ["UINT8", { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ["UINT16", { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ["UINT32", { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  ["UINT64", { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) }],
  ["INT8", { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ["INT16", { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ["INT32", { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["INT64", { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ["FP16", { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) }],
  ["BF16", { bytes: 2, read: (view, at) => brainToNumber(view.getUint16(at, true)) }],
  ["FP32", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["FP64", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
]);

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export function isNumeric(datatype: string): boolean {
  return READERS.has(datatype);
}

export function isFloat(datatype: string): boolean {
  return datatype.startsWith("FP") || datatype === "BF16";
}

export type Numbers = Float64Array | Float32Array | Uint8Array;

/**
 * The numbers of a raw tensor (little-endian, no padding); undefined for a datatype or a length that does not fit. The two
 * datatypes in which most images travel are taken whole, not number by number.
 */
export function readNumbers(datatype: string, bytes: Uint8Array): Numbers | undefined {
  const reader = READERS.get(datatype);
  if (!reader || bytes.length % reader.bytes !== 0) return undefined;
  if (datatype === "UINT8") return bytes;
  if (datatype === "FP32" && IS_LITTLE_ENDIAN) return new Float32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float64Array(bytes.length / reader.bytes);
  for (let i = 0; i < numbers.length; i++) numbers[i] = reader.read(view, i * reader.bytes);
  return numbers;
}

/** The elements of a raw BYTES tensor: each a 4-byte little-endian length, then its bytes. undefined when they do not add up or are too many. */
export function readByteElements(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const end = offset + 4 + view.getUint32(offset, true);
    if (elements.length === LIMITS.tensorElements) return undefined;
    elements.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return offset === bytes.length ? elements : undefined;
}

/** IEEE 754 binary16. Worked number: 0x3555 = 0.333251953125. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a binary32. Worked number: 0x3f80 = 1. */
function brainToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
