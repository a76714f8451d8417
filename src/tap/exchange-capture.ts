import type { Exchange } from "../core/exchange.ts";
import { type CaptureBudget, MessageCapture } from "./capture-budget.ts";
import type { RequestLine } from "./http1-head.ts";
import type { CaptureDropReason } from "./reasons.ts";

/** An exchange whose bodies are still in the pieces they came in. The analyser's end of the link makes an Exchange of it. */
export type CapturedExchange = Omit<Exchange, "requestBody" | "responseBody"> & {
  readonly requestBody: readonly Uint8Array[];
  readonly responseBody: readonly Uint8Array[];
};

/** A sampled request and its reply while they pass. Ends with exactly one of `complete` and `release`. */
export class ExchangeCapture {
  readonly #budget: CaptureBudget;
  readonly #line: RequestLine;
  readonly #requestHeaders: ReadonlyMap<string, string>;
  readonly #request: MessageCapture;
  readonly #reply: MessageCapture;
  #status = 0;
  #replyHeaders: ReadonlyMap<string, string> = new Map();
  #headBytes = 0;

  constructor(budget: CaptureBudget, line: RequestLine, headers: ReadonlyMap<string, string>) {
    this.#budget = budget;
    this.#line = line;
    this.#requestHeaders = headers;
    this.#request = new MessageCapture(budget);
    this.#reply = new MessageCapture(budget);
  }

  /** Charges a head and refuses at once a body that says it is too large. */
  chargeHead(headBytes: number, declaredBodyBytes: number): CaptureDropReason | undefined {
    if (declaredBodyBytes > this.#budget.messageBytes) return "message_too_large";
    if (!this.#budget.take(headBytes)) return "budget_exhausted";
    this.#headBytes += headBytes;
    return undefined;
  }

  addRequestPiece(piece: Uint8Array): CaptureDropReason | undefined {
    return this.#request.add(piece);
  }

  answer(status: number, headers: ReadonlyMap<string, string>): void {
    this.#status = status;
    this.#replyHeaders = headers;
  }

  addReplyPiece(piece: Uint8Array): CaptureDropReason | undefined {
    return this.#reply.add(piece);
  }

  complete(timeSeconds: number): CapturedExchange {
    const exchange = {
      timeSeconds,
      method: this.#line.method,
      path: this.#line.path,
      requestHeaders: this.#requestHeaders,
      requestBody: this.#request.take(),
      status: this.#status,
      responseHeaders: this.#replyHeaders,
      responseBody: this.#reply.take(),
    };
    this.release();
    return exchange;
  }

  release(): void {
    this.#request.release();
    this.#reply.release();
    this.#budget.give(this.#headBytes);
    this.#headBytes = 0;
  }
}
