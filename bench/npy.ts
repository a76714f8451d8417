import { readFileSync } from "node:fs";

/** An array of NumPy's .npy format (version 1 to 3, little-endian, C order): float32, int32 or int8. */
export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Int8Array;
}

const TYPES = { "<f4": Float32Array, "<i4": Int32Array, "|i1": Int8Array } as const;

export function readNumpy(path: string): NumpyArray {
  const bytes = readFileSync(path);
  if (bytes.toString("latin1", 0, 6) !== "\x93NUMPY") throw new Error(`${path} is not a .npy file`);
  const headerStart = bytes[6] === 1 ? 10 : 12;
  const headerLength = bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString("latin1", headerStart, headerStart + headerLength);
  const type = /'descr': '([^']+)'/.exec(header)?.[1] as keyof typeof TYPES;
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((part) => part.trim() !== "");
  const Type = TYPES[type];
  if (!Type || header.includes("'fortran_order': True")) throw new Error(`${path}: ${header.trim()} is not read here`);
  // Copied, because a view on the file's bytes need not be aligned.
  const body = bytes.subarray(headerStart + headerLength);
  const copy = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength);
  return { shape: shape.map(Number), data: new Type(copy as ArrayBuffer) };
}

/** Row `index` of a two-dimensional array, as a view. */
export function rowOf<T extends NumpyArray["data"]>(array: { shape: readonly number[]; data: T }, index: number): T {
  const width = array.shape[1] ?? 1;
  return array.data.subarray(index * width, (index + 1) * width) as T;
}
