import type { CaptureBudget } from "./capture-budget.ts";
import { type BodyReader, bodyReader } from "./http1-body.ts";
import type { BodyFraming } from "./http1-framing.ts";
import { type MessageHead, parseHead } from "./http1-head.ts";
import type { OpaqueReason } from "./reasons.ts";

/** What one direction of a connection consists of, in order. `head` decides how its body is framed. */
export interface MessageEvents {
  /** The first byte of a message is there. */
  begin(): OpaqueReason | undefined;
  head(head: MessageHead, headBytes: number): BodyFraming | OpaqueReason;
  piece(piece: Buffer): void;
  complete(): void;
}

const HEAD_BYTES = 65_536;
const HEAD_END = Buffer.from("\r\n\r\n");
const HELD_BYTES = HEAD_BYTES + HEAD_END.length;
const EMPTY = Buffer.alloc(0);

/** Cuts the bytes of one direction into messages. It never sees the other direction; pairing is the observer's. */
export class Http1Reader {
  readonly #events: MessageEvents;
  readonly #budget: CaptureBudget;
  /** Start of a head that is not whole yet; its capacity is what was taken from the budget. */
  #held = EMPTY;
  #heldBytes = 0;
  #body: BodyReader | undefined;
  #untilClose = false;

  constructor(events: MessageEvents, budget: CaptureBudget) {
    this.#events = events;
    this.#budget = budget;
  }

  get betweenMessages(): boolean {
    return this.#body === undefined && this.#heldBytes === 0;
  }

  /** A reason when the stream can no longer be followed; the reader must not be used after that. */
  push(chunk: Buffer): OpaqueReason | undefined {
    let offset = 0;
    while (offset < chunk.length) {
      const next = this.#body ? this.#body.read(chunk, offset, this.#events.piece) : this.#readHead(chunk, offset);
      if (typeof next === "string") return next;
      offset = next;
      this.#completeIfDone();
    }
    return undefined;
  }

  /** The peer sends no more. Completes a body that lasts until the connection ends. */
  end(): void {
    if (!this.#untilClose) return;
    this.#untilClose = false;
    this.#body = undefined;
    this.#events.complete();
  }

  release(): void {
    this.#budget.give(this.#held.length);
    this.#held = EMPTY;
    this.#heldBytes = 0;
    this.#body = undefined;
  }

  #completeIfDone(): void {
    if (!this.#body?.done) return;
    this.#body = undefined;
    this.#events.complete();
  }

  #readHead(chunk: Buffer, offset: number): number | OpaqueReason {
    if (this.#heldBytes > 0) return this.#readHeldHead(chunk, offset);
    const refused = this.#events.begin() ?? ((chunk[offset] as number) <= 0x20 ? "malformed_head" : undefined);
    if (refused) return refused;
    const end = chunk.indexOf(HEAD_END, offset);
    if (end < 0) return this.#hold(chunk.subarray(offset)) ?? chunk.length;
    return this.#beginMessage(chunk.subarray(offset, end)) ?? end + HEAD_END.length;
  }

  #readHeldHead(chunk: Buffer, offset: number): number | OpaqueReason {
    const before = this.#heldBytes;
    const room = HELD_BYTES - before;
    const fault = this.#hold(chunk.subarray(offset, offset + room));
    if (fault) return fault;
    const held = this.#held.subarray(0, this.#heldBytes);
    const end = held.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length + 1));
    if (end < 0) return held.length === HELD_BYTES ? "head_too_large" : chunk.length;
    const begun = this.#beginMessage(held.subarray(0, end));
    if (begun) return begun;
    this.#budget.give(this.#held.length);
    this.#held = EMPTY;
    this.#heldBytes = 0;
    return offset + end + HEAD_END.length - before;
  }

  /** Appends with doubling, so that a head that arrives byte by byte still costs linear time. */
  #hold(bytes: Buffer): OpaqueReason | undefined {
    const needed = this.#heldBytes + bytes.length;
    if (needed > HELD_BYTES) return "head_too_large";
    if (needed > this.#held.length) {
      const capacity = Math.max(needed, Math.min(2 * this.#held.length, HELD_BYTES), 256);
      if (!this.#budget.take(capacity - this.#held.length)) return "budget_exhausted";
      const grown = Buffer.allocUnsafeSlow(capacity);
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldBytes);
    this.#heldBytes = needed;
    return undefined;
  }

  #beginMessage(bytes: Buffer): OpaqueReason | undefined {
    if (bytes.length > HEAD_BYTES) return "head_too_large";
    const head = parseHead(bytes.toString("latin1"));
    if (typeof head === "string") return head;
    const framing = this.#events.head(head, bytes.length);
    if (typeof framing === "string") return framing;
    this.#body = bodyReader(framing);
    this.#untilClose = framing.kind === "until_close";
    return undefined;
  }
}
