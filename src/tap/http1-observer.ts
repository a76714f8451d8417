import type { Clock } from "../core/clock.ts";
import type { CaptureBudget } from "./capture-budget.ts";
import type { ConnectionObserver } from "./connection-observer.ts";
import { type CapturedExchange, ExchangeCapture } from "./exchange-capture.ts";
import type { ExchangeSampling } from "./exchange-sampling.ts";
import { type BodyFraming, replyFraming, requestFraming } from "./http1-framing.ts";
import { type MessageHead, parseRequestLine, parseStatusLine } from "./http1-head.ts";
import { Http1Reader } from "./http1-reader.ts";
import type { CaptureDropReason, OpaqueReason } from "./reasons.ts";
import type { TapCounters } from "./tap-counters.ts";

/** What the observers of all connections share. */
export interface Observation {
  readonly budget: CaptureBudget;
  readonly sampling: ExchangeSampling;
  readonly clock: Clock;
  readonly counters: TapCounters;
  onExchange(exchange: CapturedExchange): void;
}

/** A request that has not been answered in full. */
interface OpenExchange {
  readonly method: string;
  readonly expectsContinue: boolean;
  readonly asksUpgrade: boolean;
  capture: ExchangeCapture | undefined;
  bodyBegun: boolean;
  requestDone: boolean;
  replyDone: boolean;
}

const PIPELINE_DEPTH = 100;
const TLS_HANDSHAKE = 0x16;

/**
 * Follows the HTTP/1 messages of one connection without touching them and pairs requests with replies. It only ever gives up:
 * whatever it does not fully understand makes the connection opaque, and what it reports is then still right.
 */
export class Http1Observer implements ConnectionObserver {
  readonly #shared: Observation;
  readonly #requests: Http1Reader;
  readonly #replies: Http1Reader;
  readonly #open = new Set<OpenExchange>();
  /** Requests whose final reply has not begun, oldest first. */
  readonly #unanswered: OpenExchange[] = [];
  #asking: OpenExchange | undefined;
  #answering: OpenExchange | undefined;
  #begun = false;
  #opaque = false;

  constructor(shared: Observation) {
    this.#shared = shared;
    this.#requests = new Http1Reader(
      {
        // Whether what follows a request to upgrade is HTTP is known only when it is answered; servers drop or keep it.
        begin: () => (this.#unanswered.at(-1)?.asksUpgrade ? "upgrade" : undefined),
        head: (head, bytes) => this.#beginRequest(head, bytes),
        piece: (piece) => this.#addRequestPiece(piece),
        complete: () => this.#endRequest(),
      },
      shared.budget,
    );
    this.#replies = new Http1Reader(
      {
        begin: () => undefined,
        head: (head, bytes) => this.#beginReply(head, bytes),
        piece: (piece) => this.#addReplyPiece(piece),
        complete: () => this.#endReply(),
      },
      shared.budget,
    );
  }

  get betweenExchanges(): boolean {
    return !this.#opaque && this.#open.size === 0 && this.#requests.betweenMessages;
  }

  request(chunk: Buffer): void {
    if (this.#opaque) return;
    const notHttp = this.#begun ? undefined : otherProtocol(chunk[0] as number);
    this.#begun = true;
    this.#follow(notHttp ?? this.#requests.push(chunk));
  }

  response(chunk: Buffer): void {
    if (!this.#opaque) this.#follow(this.#replies.push(chunk));
  }

  responseEnd(): void {
    if (!this.#opaque) this.#replies.end();
  }

  giveUp(reason: OpaqueReason): void {
    if (this.#opaque) return;
    this.#opaque = true;
    this.#shared.counters.opaqueConnections[reason]++;
    this.#releaseAll("turned_opaque");
  }

  close(): void {
    if (this.#opaque) return;
    this.#opaque = true;
    this.#releaseAll("cut_short");
  }

  #follow(fault: OpaqueReason | undefined): void {
    if (fault) this.giveUp(fault);
  }

  #beginRequest(head: MessageHead, headBytes: number): BodyFraming | OpaqueReason {
    const line = parseRequestLine(head.startLine);
    if (typeof line === "string") return line;
    if (line.method === "CONNECT") return "connect";
    const framing = requestFraming(line, head.headers);
    if (typeof framing === "string") return framing;
    if (this.#open.size >= PIPELINE_DEPTH) return "pipeline_too_deep";
    const { sampling, budget } = this.#shared;
    const exchange: OpenExchange = {
      method: line.method,
      expectsContinue: head.headers.get("expect")?.toLowerCase() === "100-continue",
      asksUpgrade: head.headers.has("upgrade"),
      capture: sampling.keep(head.headers) ? new ExchangeCapture(budget, line, head.headers) : undefined,
      bodyBegun: false,
      requestDone: false,
      replyDone: false,
    };
    this.#dropFor(exchange, exchange.capture?.chargeHead(headBytes, declaredBytes(framing)));
    this.#open.add(exchange);
    this.#unanswered.push(exchange);
    this.#asking = exchange;
    return framing;
  }

  #addRequestPiece(piece: Buffer): void {
    const exchange = this.#asking as OpenExchange;
    exchange.bodyBegun = true;
    this.#dropFor(exchange, exchange.capture?.addRequestPiece(piece));
  }

  #endRequest(): void {
    const exchange = this.#asking as OpenExchange;
    exchange.requestDone = true;
    this.#asking = undefined;
    this.#finishIfWhole(exchange);
  }

  #beginReply(head: MessageHead, headBytes: number): BodyFraming | OpaqueReason {
    const line = parseStatusLine(head.startLine);
    if (typeof line === "string") return line;
    const exchange = this.#unanswered[0];
    if (!exchange) return "reply_without_request";
    if (line.status === 101) return "upgrade";
    const framing = replyFraming(line, head.headers, exchange.method);
    if (typeof framing === "string" || line.status < 200) return framing;
    // A client told "no" before its body may leave the body out: what follows could be read in two ways.
    if (exchange.expectsContinue && !exchange.bodyBegun && !exchange.requestDone) return "early_final_reply";
    this.#unanswered.shift();
    this.#answering = exchange;
    exchange.capture?.answer(line.status, head.headers);
    this.#dropFor(exchange, exchange.capture?.chargeHead(headBytes, declaredBytes(framing)));
    return framing;
  }

  #addReplyPiece(piece: Buffer): void {
    const exchange = this.#answering as OpenExchange;
    this.#dropFor(exchange, exchange.capture?.addReplyPiece(piece));
  }

  /** Also reached at the end of a 1xx reply, which answers nothing. */
  #endReply(): void {
    const exchange = this.#answering;
    if (!exchange) return;
    exchange.replyDone = true;
    this.#answering = undefined;
    this.#finishIfWhole(exchange);
  }

  #finishIfWhole(exchange: OpenExchange): void {
    if (!exchange.requestDone || !exchange.replyDone) return;
    this.#open.delete(exchange);
    this.#shared.counters.exchanges++;
    const capture = exchange.capture;
    exchange.capture = undefined;
    if (capture) this.#shared.onExchange(capture.complete(this.#shared.clock.nowSeconds()));
  }

  #dropFor(exchange: OpenExchange, reason: CaptureDropReason | undefined): void {
    if (!reason || !exchange.capture) return;
    exchange.capture.release();
    exchange.capture = undefined;
    this.#shared.counters.capturesDropped[reason]++;
  }

  #releaseAll(reason: CaptureDropReason): void {
    for (const exchange of this.#open) this.#dropFor(exchange, reason);
    this.#open.clear();
    this.#unanswered.length = 0;
    this.#requests.release();
    this.#replies.release();
  }
}

/** By the first byte of the connection; a request line starts with a letter in practice, with a token by the letter. */
function otherProtocol(firstByte: number): OpaqueReason | undefined {
  if (firstByte === TLS_HANDSHAKE) return "tls";
  return firstByte <= 0x20 || firstByte >= 0x7f ? "not_http" : undefined;
}

function declaredBytes(framing: BodyFraming): number {
  return framing.kind === "length" ? framing.bytes : 0;
}
