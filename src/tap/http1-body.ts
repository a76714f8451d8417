import type { BodyFraming } from "./http1-framing.ts";
import { parseField } from "./http1-head.ts";
import type { OpaqueReason } from "./reasons.ts";

export type OnPiece = (piece: Buffer) => void;

/** Finds the end of one body and hands on its bytes without the framing. */
export interface BodyReader {
  readonly done: boolean;
  /** Reads from `offset` on; the offset behind the last byte that was used, or why the body cannot be followed. */
  read(chunk: Buffer, offset: number, onPiece: OnPiece): number | OpaqueReason;
}

export function bodyReader(framing: BodyFraming): BodyReader {
  switch (framing.kind) {
    case "length":
      return new LengthBody(framing.bytes);
    case "chunked":
      return new ChunkedBody();
    case "until_close":
      return new LengthBody(Number.POSITIVE_INFINITY);
  }
}

class LengthBody implements BodyReader {
  #remaining: number;

  constructor(bytes: number) {
    this.#remaining = bytes;
  }

  get done(): boolean {
    return this.#remaining === 0;
  }

  read(chunk: Buffer, offset: number, onPiece: OnPiece): number {
    const end = Math.min(chunk.length, offset + this.#remaining);
    this.#remaining -= end - offset;
    if (end > offset) onPiece(chunk.subarray(offset, end));
    return end;
  }
}

const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/;
const LINE_BYTES = 4096;
const TRAILER_BYTES = 65_536;
const LINE_FEED = 10;

/** RFC 9112 section 7.1: size line, data, empty line, … , size 0, trailer fields, empty line. */
class ChunkedBody implements BodyReader {
  #expecting: "size" | "data" | "data_end" | "trailers" | "nothing" = "size";
  #remaining = 0;
  #line = "";
  #trailerBytes = 0;

  get done(): boolean {
    return this.#expecting === "nothing";
  }

  read(chunk: Buffer, start: number, onPiece: OnPiece): number | OpaqueReason {
    let offset = start;
    while (offset < chunk.length && !this.done) {
      const next = this.#expecting === "data" ? this.#readData(chunk, offset, onPiece) : this.#readLine(chunk, offset);
      if (typeof next === "string") return next;
      offset = next;
    }
    return offset;
  }

  #readData(chunk: Buffer, offset: number, onPiece: OnPiece): number {
    const end = Math.min(chunk.length, offset + this.#remaining);
    this.#remaining -= end - offset;
    if (this.#remaining === 0) this.#expecting = "data_end";
    onPiece(chunk.subarray(offset, end));
    return end;
  }

  #readLine(chunk: Buffer, offset: number): number | OpaqueReason {
    const lineFeed = chunk.indexOf(LINE_FEED, offset);
    const end = lineFeed < 0 ? chunk.length : lineFeed;
    if (this.#line.length + end - offset > LINE_BYTES) return "bad_chunk";
    this.#line += chunk.toString("latin1", offset, end);
    if (lineFeed < 0) return end;
    const line = this.#line;
    this.#line = "";
    if (!line.endsWith("\r")) return "bare_line_feed";
    return this.#take(line.slice(0, -1)) ?? end + 1;
  }

  #take(line: string): OpaqueReason | undefined {
    if (this.#expecting === "size") return this.#takeSize(line);
    if (this.#expecting === "trailers") return this.#takeTrailer(line);
    this.#expecting = "size";
    return line === "" ? undefined : "bad_chunk";
  }

  #takeSize(line: string): OpaqueReason | undefined {
    const match = CHUNK_SIZE.exec(line);
    if (!match) return "bad_chunk";
    this.#remaining = Number.parseInt(match[1] as string, 16);
    this.#expecting = this.#remaining === 0 ? "trailers" : "data";
    return undefined;
  }

  #takeTrailer(line: string): OpaqueReason | undefined {
    if (line === "") {
      this.#expecting = "nothing";
      return undefined;
    }
    this.#trailerBytes += line.length;
    if (this.#trailerBytes > TRAILER_BYTES) return "head_too_large";
    const field = parseField(line);
    return typeof field === "string" ? field : undefined;
  }
}
