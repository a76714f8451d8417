import type { Exchange } from "../../../src/core/exchange.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { CaptureBudget, type CaptureLimits } from "../../../src/tap/capture-budget.ts";
import type { CapturedExchange } from "../../../src/tap/exchange-capture.ts";
import { ExchangeSampling } from "../../../src/tap/exchange-sampling.ts";
import { Http1Observer } from "../../../src/tap/http1-observer.ts";
import type { OpaqueReason } from "../../../src/tap/reasons.ts";
import { newTapCounters, type TapCounters } from "../../../src/tap/tap-counters.ts";

export const fixedClock = { nowSeconds: () => 1_700_000_000, monotonicSeconds: () => 0 };
export const AMPLE: CaptureLimits = { messageBytes: 16 << 20, totalBytes: 64 << 20 };

/** An observer with everything it needs, and what came out of it. */
export class Observed {
  readonly exchanges: Exchange[] = [];
  readonly counters: TapCounters = newTapCounters();
  readonly observer: Http1Observer;

  constructor(limits: CaptureLimits = AMPLE, ratio = 1) {
    this.observer = new Http1Observer({
      budget: new CaptureBudget(limits, this.counters),
      sampling: new ExchangeSampling({ ratio }, seededRandom(1)),
      clock: fixedClock,
      counters: this.counters,
      onExchange: (exchange) => this.exchanges.push(joined(exchange)),
    });
  }

  request(...chunks: readonly (string | Buffer)[]): this {
    for (const chunk of chunks) this.observer.request(bytes(chunk));
    return this;
  }

  response(...chunks: readonly (string | Buffer)[]): this {
    for (const chunk of chunks) this.observer.response(bytes(chunk));
    return this;
  }

  get opaque(): OpaqueReason | undefined {
    return reasonOf(this.counters);
  }
}

/** Bodies in one piece, as behind the link. */
export function joined(exchange: CapturedExchange): Exchange {
  const { requestBody, responseBody } = exchange;
  return { ...exchange, requestBody: Buffer.concat(requestBody), responseBody: Buffer.concat(responseBody) };
}

export function inPieces(exchange: Exchange): CapturedExchange {
  return { ...exchange, requestBody: [exchange.requestBody], responseBody: [exchange.responseBody] };
}

export function reasonOf(counters: TapCounters): OpaqueReason | undefined {
  return (Object.entries(counters.opaqueConnections) as [OpaqueReason, number][]).find(([, count]) => count > 0)?.[0];
}

export function bytes(text: string | Uint8Array): Buffer {
  return typeof text === "string" ? Buffer.from(text, "latin1") : Buffer.from(text);
}

export function text(body: Uint8Array): string {
  return Buffer.from(body).toString("latin1");
}

export function cut(stream: Buffer, pieceBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < stream.length; offset += pieceBytes) {
    pieces.push(Buffer.from(stream.subarray(offset, offset + pieceBytes)));
  }
  return pieces;
}
