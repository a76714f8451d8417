import type { Clock } from "../core/clock.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Label } from "../core/label.ts";
import { type CloudEvent, readCloudEvent } from "./cloud-event.ts";
import type { ItemResult } from "./item-result.ts";
import { parseLabels } from "./labels.ts";
import { isAhead } from "./time-value.ts";

export interface PairingOptions {
  readonly clock: Clock;
  /** How long one event waits for the other. */
  readonly expirySeconds: number;
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

export type Received =
  | { readonly kind: "exchange"; readonly exchange: Exchange }
  | { readonly kind: "labels"; readonly labels: readonly ItemResult<Label>[] }
  | { readonly kind: "waiting" };

interface Waiting {
  readonly event: CloudEvent;
  readonly sinceSeconds: number;
}

/**
 * Joins the request and response events of a logger into exchanges, whichever comes first. The table is bounded by number, bytes
 * and age; the oldest goes first. KServe logs no response that is not 200, so such a request ends here by age.
 */
export class CloudEventPairing {
  readonly #options: PairingOptions;
  readonly #waiting: Map<string, Waiting> = new Map();
  #waitingBytes = 0;
  #unpaired = 0;

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  /** Events that were given up without their other half, since the start. */
  get unpaired(): number {
    return this.#unpaired;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes one delivery; header names in lower case. Throws REQUEST_INVALID for what is no event of a known type. */
  receive(headers: ReadonlyMap<string, string>, body: Uint8Array): Received {
    const event = readCloudEvent(headers, body);
    if (event.kind === "feedback") return { kind: "labels", labels: parseLabels("application/json", event.data) };
    const nowSeconds = this.#options.clock.monotonicSeconds();
    this.#expire(nowSeconds);
    const other = this.#waiting.get(event.key);
    if (!other || other.event.kind === event.kind) {
      this.#keep(event, nowSeconds);
      return { kind: "waiting" };
    }
    this.#remove(event.key, other);
    const [request, response] = event.kind === "response" ? [other.event, event] : [event, other.event];
    return { kind: "exchange", exchange: this.#join(request, response) };
  }

  /** Gives up what waits under the id of an event; returns how many. A walk over 1,000 at most. */
  forget(id: string): number {
    const waiting = [...this.#waiting].filter(([key]) => key.startsWith(`${id}\n`));
    for (const [key, half] of waiting) this.#remove(key, half);
    return waiting.length;
  }

  #join(request: CloudEvent, response: CloudEvent): Exchange {
    const responseHeaders = new Map(response.headers);
    // Loggers stamp the reply with the request's type; what it really is shows in its bytes.
    responseHeaders.delete("content-type");
    const nowSeconds = this.#options.clock.nowSeconds();
    const stated = response.timeSeconds;
    return {
      timeSeconds: Number.isNaN(stated) || isAhead(stated, nowSeconds) ? nowSeconds : stated,
      method: "POST",
      path: "",
      requestHeaders: request.headers,
      requestBody: request.data,
      status: 200,
      responseHeaders,
      responseBody: response.data,
    };
  }

  /** A second event of the same kind replaces the first: a redelivery. */
  #keep(event: CloudEvent, sinceSeconds: number): void {
    const earlier = this.#waiting.get(event.key);
    if (earlier) this.#remove(event.key, earlier);
    this.#waiting.set(event.key, { event, sinceSeconds });
    this.#waitingBytes += event.data.length;
    const { maxWaiting, maxWaitingBytes } = this.#options;
    while (this.#waiting.size > maxWaiting || this.#waitingBytes > maxWaitingBytes) this.#giveUpOldest();
  }

  #expire(nowSeconds: number): void {
    const oldest = nowSeconds - this.#options.expirySeconds;
    for (const { sinceSeconds } of this.#waiting.values()) {
      if (sinceSeconds > oldest) return;
      this.#giveUpOldest();
    }
  }

  #giveUpOldest(): void {
    const [entry] = this.#waiting;
    if (!entry) return;
    this.#remove(...entry);
    this.#unpaired += 1;
  }

  #remove(key: string, { event }: Waiting): void {
    this.#waiting.delete(key);
    this.#waitingBytes -= event.data.length;
  }
}
