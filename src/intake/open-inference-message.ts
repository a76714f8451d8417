import { isObject, type JsonObject, member, parseJson } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { isFloat, isNumeric, type Numbers, readByteElements, readNumbers } from "./tensor-data.ts";

/** A tensor of an Open Inference message, from JSON or from the binary part. */
export interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

type TensorValues =
  | { readonly kind: "numbers"; readonly numbers: Numbers; readonly float: boolean }
  /** Elements of a BYTES tensor: text from JSON, bytes from the binary part. */
  | { readonly kind: "elements"; readonly elements: readonly (Uint8Array | string)[] };

export interface Message {
  readonly head: JsonObject;
  readonly tensors: readonly Tensor[];
}

const MAX_RANK = 8;

/**
 * A request (`list` = "inputs") or reply ("outputs"). `binary` holds the raw tensors, in the order of the JSON head (Triton's
 * binary tensor data extension). undefined: not such a message, or its lengths do not add up.
 */
export function readMessage(head: unknown, list: "inputs" | "outputs", binary: Uint8Array): Message | undefined {
  const entries = member(head, list);
  if (!isObject(head) || !Array.isArray(entries) || entries.length > LIMITS.tensors) return undefined;
  const tensors: Tensor[] = [];
  let offset = 0;
  let elements = 0;
  for (const entry of entries) {
    const implicit = entries.length === 1 && binary.length > 0 ? binary.length : undefined;
    const size = binarySize(entry) ?? (member(entry, "data") === undefined ? implicit : undefined);
    const raw = size === undefined ? undefined : binary.subarray(offset, offset + size);
    const tensor = readTensor(entry, raw);
    if (!tensor) return undefined;
    tensors.push(tensor);
    offset += size ?? 0;
    elements += tensor.values.kind === "elements" ? tensor.values.elements.length : 0;
    if (elements > LIMITS.tensorElements) return undefined;
  }
  return offset === binary.length ? { head, tensors } : undefined;
}

function binarySize(entry: unknown): number | undefined {
  const size = member(member(entry, "parameters"), "binary_data_size");
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function readTensor(entry: unknown, raw: Uint8Array | undefined): Tensor | undefined {
  const name = member(entry, "name");
  const datatype = member(entry, "datatype");
  const shape = member(entry, "shape");
  if (typeof datatype !== "string") return undefined;
  const values = raw ? rawValues(datatype, raw) : jsonValues(datatype, member(entry, "data"));
  if (!values) return undefined;
  const length = values.kind === "numbers" ? values.numbers.length : values.elements.length;
  const sizes = Array.isArray(shape) ? sizesOf(shape) : [length];
  if (!sizes) return undefined;
  return { name: typeof name === "string" ? name : "", datatype, shape: sizes, values };
}

/** Whole numbers only: 1e9 times 1e-9 would be the shape of one number with a thousand million rows. MLServer writes them as texts. */
function sizesOf(shape: readonly unknown[]): number[] | undefined {
  if (shape.length > MAX_RANK || !shape.every((size) => typeof size === "number" || typeof size === "string")) {
    return undefined;
  }
  const sizes = shape.map(Number);
  return sizes.every((size) => Number.isSafeInteger(size) && size >= -1) ? sizes : undefined;
}

function rawValues(datatype: string, raw: Uint8Array): TensorValues | undefined {
  // A single image may come without its length in front.
  if (datatype === "BYTES") return { kind: "elements", elements: readByteElements(raw) ?? [raw] };
  const numbers = readNumbers(datatype, raw);
  return numbers && { kind: "numbers", numbers, float: isFloat(datatype) };
}

/** Data may be flat or nested by the shape; row-major either way. */
function jsonValues(datatype: string, data: unknown): TensorValues | undefined {
  const flat = Array.isArray(data) ? data.flat(MAX_RANK) : typeof data === "string" ? [data] : undefined;
  if (!flat) return undefined;
  if (!isNumeric(datatype)) {
    return flat.every((entry) => typeof entry === "string") ? { kind: "elements", elements: flat } : undefined;
  }
  const numbers = new Float64Array(flat.length);
  for (let i = 0; i < flat.length; i++) {
    const entry: unknown = flat[i];
    if (typeof entry !== "number" && typeof entry !== "boolean" && entry !== null) return undefined;
    numbers[i] = entry === null ? Number.NaN : Number(entry);
  }
  return { kind: "numbers", numbers, float: isFloat(datatype) };
}

/** The JSON head of a body and the raw tensors behind it. */
export interface Parts {
  readonly head: unknown;
  readonly binary: Uint8Array;
}

const OPENING_BRACE = 0x7b;
/** The head of an image request is a few hundred bytes; a search without a bound could be made to run over megabytes. */
const MAX_MEASURED_HEAD_BYTES = 64 * 1024;

/**
 * Splits a body by Inference-Header-Content-Length. Without that field it is JSON alone, or, where a log stream lost the field,
 * JSON that is measured by its brackets. undefined: neither.
 */
export function splitMessage(body: Uint8Array, headers: ReadonlyMap<string, string>): Parts | undefined {
  const declared = headers.get("inference-header-content-length");
  if (declared !== undefined) return /^\d{1,9}$/.test(declared) ? splitAt(body, Number(declared)) : undefined;
  if (body[0] !== OPENING_BRACE) return undefined;
  const head = parseJson(body);
  if (head !== undefined) return { head, binary: new Uint8Array() };
  const measured = jsonPrefixLength(body.subarray(0, MAX_MEASURED_HEAD_BYTES));
  return measured === undefined ? undefined : splitAt(body, measured);
}

function splitAt(body: Uint8Array, headLength: number): Parts | undefined {
  if (headLength > body.length) return undefined;
  return { head: parseJson(body.subarray(0, headLength)), binary: body.subarray(headLength) };
}

function jsonPrefixLength(bytes: Uint8Array): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return i + 1;
    else if (depth === 0) return undefined;
  }
  return undefined;
}
