/** Field numbers of onnx.proto3 under which other messages lie; what is not here holds no tensor. */
interface MessageKind {
  readonly fields: ReadonlyMap<number, () => MessageKind>;
  readonly isTensor?: true;
}

const kindOf = (fields: readonly (readonly [number, () => MessageKind])[]): MessageKind => ({
  fields: new Map(fields),
});

const TENSOR: MessageKind = { fields: new Map(), isTensor: true };
const SPARSE_TENSOR: MessageKind = kindOf([
  [1, () => TENSOR],
  [2, () => TENSOR],
]);
const ATTRIBUTE: MessageKind = kindOf([
  [5, () => TENSOR],
  [6, () => GRAPH],
  [10, () => TENSOR],
  [11, () => GRAPH],
  [22, () => SPARSE_TENSOR],
  [23, () => SPARSE_TENSOR],
]);
const NODE: MessageKind = kindOf([[5, () => ATTRIBUTE]]);
const GRAPH: MessageKind = kindOf([
  [1, () => NODE],
  [5, () => TENSOR],
  [15, () => SPARSE_TENSOR],
]);
const FUNCTION: MessageKind = kindOf([
  [7, () => NODE],
  [11, () => ATTRIBUTE],
]);
const TRAINING: MessageKind = kindOf([
  [1, () => GRAPH],
  [2, () => GRAPH],
]);
const MODEL: MessageKind = kindOf([
  [7, () => GRAPH],
  [20, () => TRAINING],
  [25, () => FUNCTION],
]);

const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const MAX_DEPTH = 64;

/**
 * What keeps a network file from being given to ONNX Runtime, in words; undefined when nothing does. A tensor may name a file
 * with its data, anywhere on the disk, so no tensor may: the whole file is walked, whatever order and spelling its fields have.
 */
export function networkFileFault(bytes: Uint8Array): string | undefined {
  return bytes.length === 0 ? "is empty" : faultIn(bytes, MODEL, 0);
}

function faultIn(bytes: Uint8Array, kind: MessageKind, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH}`;
  const reader = new FieldReader(bytes);
  for (let field = reader.next(); field; field = reader.next()) {
    if (kind.isTensor && (field.number === EXTERNAL_DATA || (field.number === DATA_LOCATION && field.value !== 0))) {
      return "keeps its weights in another file";
    }
    const inner = kind.fields.get(field.number);
    const fault = inner && field.content ? faultIn(field.content, inner(), depth + 1) : undefined;
    if (fault) return fault;
  }
  return reader.isBroken ? "is not an ONNX file" : undefined;
}

interface Field {
  readonly number: number;
  /** Of a varint, modulo 2⁵³ or so: only 0 is told from the rest. */
  readonly value?: number;
  /** Of a length-delimited field. */
  readonly content?: Uint8Array;
}

/** The fields of one protobuf message, in their order. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  isBroken = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** undefined at the end, and where the bytes are no message. */
  next(): Field | undefined {
    if (this.isBroken || this.#offset >= this.#bytes.length) return undefined;
    const tag = this.#varint();
    // Longer ones are cut by some parsers to another field's number.
    this.isBroken ||= tag >= 2 ** 32;
    const field = this.#field(Math.floor(tag / 8), tag % 8);
    this.isBroken ||= field === undefined || this.#offset > this.#bytes.length;
    return this.isBroken ? undefined : field;
  }

  /** Groups (3 and 4) are not in ONNX. */
  #field(number: number, wireType: number): Field | undefined {
    if (!(number > 0)) return undefined;
    if (wireType === 0) return { number, value: this.#varint() };
    const length = wireType === 2 ? this.#varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : Number.NaN;
    if (Number.isNaN(length)) return undefined;
    const start = this.#offset;
    this.#offset += length;
    return wireType === 2 ? { number, content: this.#bytes.subarray(start, this.#offset) } : { number };
  }

  /** NaN when it does not end within ten bytes. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    this.isBroken = true;
    return Number.NaN;
  }
}
