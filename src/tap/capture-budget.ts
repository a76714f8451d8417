import type { CaptureDropReason } from "./reasons.ts";

export interface CaptureLimits {
  /** Most bytes of one body. */
  readonly messageBytes: number;
  /** Most bytes of all bodies and heads held at a time, over all connections. */
  readonly totalBytes: number;
}

/** The bytes that all connections together may hold. Without a global bound, a few slow uploads fill the container. */
export class CaptureBudget {
  readonly messageBytes: number;
  readonly #totalBytes: number;
  readonly #counters: { openCaptureBytes: number };

  /** What is taken stands in `counters.openCaptureBytes`. */
  constructor(limits: CaptureLimits, counters: { openCaptureBytes: number }) {
    this.messageBytes = limits.messageBytes;
    this.#totalBytes = limits.totalBytes;
    this.#counters = counters;
  }

  /** False when the budget does not allow it; then nothing is taken. */
  take(bytes: number): boolean {
    if (this.#counters.openCaptureBytes + bytes > this.#totalBytes) return false;
    this.#counters.openCaptureBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#counters.openCaptureBytes -= bytes;
  }
}

/** Pieces shorter than this are copied together: a million one-byte chunks must not become a million objects. */
const SHORT_BYTES = 4096;

/**
 * One body while it passes. Large pieces are kept by reference, so that capturing costs no copy. A piece that is less than half
 * of its memory block is copied, so that what is held is at most twice what is charged.
 */
export class MessageCapture {
  readonly #budget: CaptureBudget;
  #pieces: Uint8Array[] = [];
  #tail: Uint8Array | undefined;
  #tailBytes = 0;
  #bytes = 0;

  constructor(budget: CaptureBudget) {
    this.#budget = budget;
  }

  /** A reason when the piece cannot be kept; the caller then releases the capture. */
  add(piece: Uint8Array): CaptureDropReason | undefined {
    if (this.#bytes + piece.length > this.#budget.messageBytes) return "message_too_large";
    if (!this.#budget.take(piece.length)) return "budget_exhausted";
    this.#bytes += piece.length;
    if (piece.length < SHORT_BYTES) this.#copy(piece);
    else this.#keep(piece.length * 2 >= piece.buffer.byteLength ? piece : Uint8Array.from(piece));
    return undefined;
  }

  /** The whole body, in pieces: joining them would copy what may be megabytes. Ends the capture. */
  take(): readonly Uint8Array[] {
    this.#closeTail();
    const pieces = this.#pieces;
    this.release();
    return pieces;
  }

  release(): void {
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#pieces = [];
    this.#tail = undefined;
    this.#tailBytes = 0;
  }

  #keep(piece: Uint8Array): void {
    this.#closeTail();
    this.#pieces.push(piece);
  }

  #copy(piece: Uint8Array): void {
    if (this.#tail && this.#tailBytes + piece.length > SHORT_BYTES) this.#closeTail();
    this.#tail ??= new Uint8Array(SHORT_BYTES);
    this.#tail.set(piece, this.#tailBytes);
    this.#tailBytes += piece.length;
  }

  #closeTail(): void {
    if (this.#tail) this.#pieces.push(this.#tail.subarray(0, this.#tailBytes));
    this.#tail = undefined;
    this.#tailBytes = 0;
  }
}
