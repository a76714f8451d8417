import type { Exchange } from "../core/exchange.ts";
import type { CapturedExchange } from "./exchange-capture.ts";
import { newTapCounters, type TapCounters } from "./tap-counters.ts";

/**
 * What travels from tap to analyser. A frame is a header of 16 bytes, a head in JSON, and up to two raw bodies:
 *   "VX"  version u8  kind u8  head length u32  request body length u32  response body length u32   (little-endian)
 */
export type Frame =
  | { readonly kind: "exchange"; readonly exchange: Exchange }
  | { readonly kind: "counters"; readonly counters: TapCounters };

const VERSION = 1;
const HEADER_BYTES = 16;
/** Two heads of 64 KiB, each byte at worst six characters in JSON. */
const HEAD_LIMIT_BYTES = 1 << 20;
const EXCHANGE = 1;
const COUNTERS = 2;

/** Parts of one frame, to be written one after the other; bodies are not copied. */
export function encodeExchange(exchange: CapturedExchange): Uint8Array[] {
  const { requestBody, responseBody, requestHeaders, responseHeaders, ...rest } = exchange;
  const head = { ...rest, requestHeaders: [...requestHeaders], responseHeaders: [...responseHeaders] };
  return encode(EXCHANGE, head, requestBody, responseBody);
}

export function encodeCounters(counters: TapCounters): Uint8Array[] {
  return encode(COUNTERS, counters, [], []);
}

function encode(kind: number, head: object, first: readonly Uint8Array[], second: readonly Uint8Array[]): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("VX", "latin1");
  header[2] = VERSION;
  header[3] = kind;
  header.writeUInt32LE(text.length, 4);
  header.writeUInt32LE(byteLength(first), 8);
  header.writeUInt32LE(byteLength(second), 12);
  return [Buffer.concat([header, text]), ...first, ...second];
}

export function byteLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

interface FrameHeader {
  readonly kind: number;
  readonly headBytes: number;
  readonly firstBytes: number;
  readonly secondBytes: number;
}

/** Puts frames together from any chunks. Trusts nothing: a length over its limit is refused before anything is kept for it. */
export class FrameDecoder {
  readonly #bodyBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #header: FrameHeader | undefined;

  /** `bodyBytes`: most bytes of one body. */
  constructor(bodyBytes: number) {
    this.#bodyBytes = bodyBytes;
  }

  /** The frames that `chunk` completes, or undefined when the stream is corrupt; the decoder must not be used after that. */
  push(chunk: Buffer): Frame[] | undefined {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    while (this.#length >= this.#neededBytes()) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      this.#chunks = [bytes];
      if (this.#header) {
        const frame = decode(this.#header, bytes);
        if (!frame) return undefined;
        frames.push(frame);
        this.#keepFrom(bytes, this.#neededBytes());
        this.#header = undefined;
      } else {
        this.#header = decodeHeader(bytes, this.#bodyBytes);
        if (!this.#header) return undefined;
      }
    }
    return frames;
  }

  #neededBytes(): number {
    const header = this.#header;
    return HEADER_BYTES + (header ? header.headBytes + header.firstBytes + header.secondBytes : 0);
  }

  #keepFrom(bytes: Buffer, offset: number): void {
    const rest = bytes.subarray(offset);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }
}

function decodeHeader(bytes: Buffer, bodyBytes: number): FrameHeader | undefined {
  const header = {
    kind: bytes[3] as number,
    headBytes: bytes.readUInt32LE(4),
    firstBytes: bytes.readUInt32LE(8),
    secondBytes: bytes.readUInt32LE(12),
  };
  const known = bytes.toString("latin1", 0, 2) === "VX" && bytes[2] === VERSION;
  const small =
    header.headBytes <= HEAD_LIMIT_BYTES && header.firstBytes <= bodyBytes && header.secondBytes <= bodyBytes;
  return known && small ? header : undefined;
}

function decode(header: FrameHeader, bytes: Buffer): Frame | undefined {
  const firstStart = HEADER_BYTES + header.headBytes;
  const secondStart = firstStart + header.firstBytes;
  const head = parseJson(bytes.toString("utf8", HEADER_BYTES, firstStart));
  if (typeof head !== "object" || head === null) return undefined;
  if (header.kind === COUNTERS) return isCounters(head) ? { kind: "counters", counters: head } : undefined;
  if (header.kind !== EXCHANGE || !isExchangeHead(head)) return undefined;
  const exchange = {
    timeSeconds: head.timeSeconds,
    method: head.method,
    path: head.path,
    requestHeaders: new Map(head.requestHeaders),
    requestBody: bytes.subarray(firstStart, secondStart),
    status: head.status,
    responseHeaders: new Map(head.responseHeaders),
    responseBody: bytes.subarray(secondStart, secondStart + header.secondBytes),
  };
  return { kind: "exchange", exchange };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Pairs = readonly (readonly [string, string])[];
type ExchangeHead = Pick<Exchange, "timeSeconds" | "method" | "path" | "status"> & {
  readonly requestHeaders: Pairs;
  readonly responseHeaders: Pairs;
};

function isExchangeHead(head: object): head is ExchangeHead {
  const { timeSeconds, method, path, status, requestHeaders, responseHeaders } = head as Record<
    keyof ExchangeHead,
    unknown
  >;
  const numbers = Number.isFinite(timeSeconds) && Number.isInteger(status);
  return (
    numbers &&
    typeof method === "string" &&
    typeof path === "string" &&
    isPairs(requestHeaders) &&
    isPairs(responseHeaders)
  );
}

function isPairs(value: unknown): value is Pairs {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string");
  return Array.isArray(value) && value.every(isPair);
}

/** The same counters, all of them, each a number that can be exposed. */
function isCounters(head: object): head is TapCounters {
  return hasShapeOf(newTapCounters(), head);
}

function hasShapeOf(model: object, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const entries = Object.entries(model);
  return (
    fields.size === entries.length &&
    entries.every(([key, expected]) => {
      const found = fields.get(key);
      if (typeof expected === "object") return hasShapeOf(expected, found);
      return typeof found === "number" && found >= 0;
    })
  );
}
