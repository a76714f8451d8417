import type { Socket } from "node:net";
import type { ConnectionObserver } from "./connection-observer.ts";
import type { TapCounters } from "./tap-counters.ts";

/**
 * One client connection and its own connection to the model server. Each chunk is written first and looked at second; the two
 * directions know nothing of each other but a reset, which ends both.
 */
export class TeeConnection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #observer: ConnectionObserver;
  readonly #counters: TapCounters;
  #openSockets = 2;
  #bytes = 0;

  constructor(
    client: Socket,
    upstream: Socket,
    observer: ConnectionObserver,
    counters: TapCounters,
    onClose: (connection: TeeConnection) => void,
  ) {
    this.#client = client;
    this.#upstream = upstream;
    this.#observer = observer;
    this.#counters = counters;
    this.#carryRequests();
    this.#carryResponses();
    for (const socket of [client, upstream]) socket.on("close", () => this.#countDown(onClose));
  }

  /** Bytes carried so far; unchanged between two looks means quiet. */
  get bytes(): number {
    return this.#bytes;
  }

  get betweenExchanges(): boolean {
    return this.#observer.betweenExchanges;
  }

  /** Ends both directions politely; what was written is still delivered. */
  finish(): void {
    this.#client.end();
    this.#upstream.end();
  }

  reset(): void {
    resetSocket(this.#client);
    resetSocket(this.#upstream);
  }

  #carryRequests(): void {
    const [client, upstream] = [this.#client, this.#upstream];
    client.on("data", (chunk: Buffer) => {
      forward(chunk, client, upstream);
      this.#bytes += chunk.length;
      this.#counters.requestBytes += chunk.length;
      this.#observe(() => this.#observer.request(chunk));
    });
    upstream.on("drain", () => client.resume());
    client.on("end", () => upstream.end());
    client.on("error", () => resetSocket(upstream));
  }

  #carryResponses(): void {
    const [client, upstream] = [this.#client, this.#upstream];
    upstream.on("data", (chunk: Buffer) => {
      forward(chunk, upstream, client);
      this.#bytes += chunk.length;
      this.#counters.responseBytes += chunk.length;
      this.#observe(() => this.#observer.response(chunk));
    });
    client.on("drain", () => upstream.resume());
    upstream.on("end", () => {
      client.end();
      this.#observe(() => this.#observer.responseEnd());
    });
    upstream.on("error", () => {
      if (upstream.connecting) this.#counters.upstreamFailures++;
      resetSocket(client);
    });
  }

  #observe(look: () => void): void {
    try {
      look();
    } catch {
      this.#observer.giveUp("observer_fault");
    }
  }

  #countDown(onClose: (connection: TeeConnection) => void): void {
    this.#openSockets--;
    if (this.#openSockets > 0) return;
    this.#observer.close();
    onClose(this);
  }
}

/**
 * Back-pressure is nothing but pause and resume. `write` already says false for a chunk above its mark that the kernel took at
 * once; only bytes that really wait here are a reason to stop reading. A side that takes no more answers late bytes with a reset.
 */
function forward(chunk: Buffer, from: Socket, to: Socket): void {
  if (!to.writable) resetSocket(from);
  else if (!to.write(chunk) && to.writableLength > 0) from.pause();
}

function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
