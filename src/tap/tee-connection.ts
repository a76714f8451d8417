import type { Socket } from "node:net";
import { type ConnectionObserver, UNOBSERVED } from "./connection-observer.ts";
import { resetSocket } from "./reset-socket.ts";
import type { TapCounters } from "./tap-counters.ts";

/**
 * One client connection and its own connection to the model server. Each chunk is written first and looked at second; the two
 * directions know nothing of each other but a reset, which ends both.
 */
export class TeeConnection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  #observer: ConnectionObserver;
  readonly #counters: TapCounters;
  #openSockets = 2;
  #bytes = 0;
  #finishing = false;

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
    this.#carry(client, upstream, (chunk) => {
      counters.requestBytes += chunk.length;
      this.#observer.request(chunk);
    });
    this.#carry(upstream, client, (chunk) => {
      counters.responseBytes += chunk.length;
      this.#observer.response(chunk);
      if (this.#finishing && this.betweenExchanges) this.finish();
    });
    this.#countFailure();
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

  /**
   * Ends with the last byte of the next answer. A client that pauses between two requests then knows before it writes the next; at
   * any other moment its request may already be under way.
   */
  finishAfterAnswer(): void {
    this.#finishing = true;
  }

  /** Ends both directions now, whatever is still under way. */
  cut(): void {
    for (const socket of [this.#client, this.#upstream]) {
      if (socket.writableEnded) socket.destroy();
      else resetSocket(socket);
    }
  }

  /** One direction. */
  #carry(from: Socket, to: Socket, look: (chunk: Buffer) => void): void {
    from.on("data", (chunk: Buffer) => {
      forward(chunk, from, to);
      this.#bytes += chunk.length;
      this.#observe(() => look(chunk));
    });
    to.on("drain", () => from.resume());
    from.on("end", () => unlessReset(from, () => this.#end(from, to)));
    from.on("error", () => resetSocket(to));
  }

  #end(from: Socket, to: Socket): void {
    to.end();
    if (from === this.#upstream) this.#observe(() => this.#observer.responseEnd());
  }

  #countFailure(): void {
    let reached = false;
    this.#upstream.once("connect", () => {
      reached = true;
    });
    this.#upstream.once("error", () => {
      if (!reached) this.#counters.upstreamFailures++;
    });
  }

  #observe(look: () => void): void {
    try {
      look();
    } catch {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    const faulty = this.#observer;
    this.#observer = UNOBSERVED;
    try {
      faulty.giveUp("observer_fault");
      faulty.close();
    } catch {
      // It is already counted or beyond counting; the bytes go on.
    }
  }

  #countDown(onClose: (connection: TeeConnection) => void): void {
    this.#openSockets--;
    if (this.#openSockets > 0) return;
    this.#observe(() => this.#observer.close());
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

const NOTHING = Buffer.alloc(0);

/**
 * libuv reports a reset that arrives together with data as a plain end, and a reply that was cut would look complete. An empty
 * write tells them apart: it sends nothing, and it fails on a connection that was reset (the "error" event carries that on).
 */
function unlessReset(socket: Socket, onEnd: () => void): void {
  if (!socket.writable || socket.writableLength > 0) onEnd();
  else socket.write(NOTHING, (error) => (error ? undefined : onEnd()));
}
