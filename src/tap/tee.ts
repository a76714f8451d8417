import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import { type ConnectionObserver, UNOBSERVED } from "./connection-observer.ts";
import type { TapCounters } from "./tap-counters.ts";
import { TeeConnection } from "./tee-connection.ts";

export interface TeeOptions {
  readonly listenHost: string;
  /** 0 takes any free port. */
  readonly listenPort: number;
  readonly upstreamHost: string;
  readonly upstreamPort: number;
}

const DRAIN_LOOK_MILLISECONDS = 100;
/** A connection this long without a byte, between exchanges, is closed while draining. */
const QUIET_LOOKS = 10;
/** In the last part of the drain, connections end with their next answer. */
const CLOSING_SECONDS = 2;

/**
 * Layer-4 tee: carries bytes between clients and one model server, unchanged and in both directions, and shows each chunk to
 * the connection's observer after it was written.
 */
export class Tee {
  readonly #options: TeeOptions;
  readonly #observe: () => ConnectionObserver;
  readonly #counters: TapCounters;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #connections = new Set<TeeConnection>();

  constructor(options: TeeOptions, observe: () => ConnectionObserver, counters: TapCounters, clock: Clock) {
    this.#options = options;
    this.#observe = observe;
    this.#counters = counters;
    this.#clock = clock;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Throws PORT_IN_USE. */
  listen(): Promise<AddressInfo> {
    const { listenHost: host, listenPort: port } = this.#options;
    return new Promise((resolve, reject) => {
      // Once it listens, an error is a failed accept: it concerns one client, not the process, and the promise is settled.
      this.#server.on("error", (cause) =>
        reject(new VisionError("PORT_IN_USE", `cannot listen on ${host}:${port} (${cause.message})`, { cause })),
      );
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Stops listening and lets open connections finish; what is still open at the deadline is cut. */
  async drain(deadlineSeconds: number): Promise<void> {
    const endSeconds = this.#clock.monotonicSeconds() + deadlineSeconds;
    // Closing at once would reset the connections that the kernel has accepted and this process has not.
    await setTimeout(DRAIN_LOOK_MILLISECONDS);
    this.#server.close();
    const quiet = new Map<TeeConnection, { bytes: number; looks: number }>();
    while (this.#connections.size > 0) {
      const left = endSeconds - this.#clock.monotonicSeconds();
      for (const connection of this.#connections) {
        if (left <= 0) connection.cut();
        else if (isQuiet(connection, quiet)) finishBetweenExchanges(connection);
        else if (left <= CLOSING_SECONDS) connection.finishAfterAnswer();
      }
      await setTimeout(DRAIN_LOOK_MILLISECONDS);
    }
  }

  #accept(client: Socket): void {
    const { upstreamHost: host, upstreamPort: port } = this.#options;
    const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#counters.connections++;
    this.#counters.openConnections++;
    this.#connections.add(
      new TeeConnection(client, upstream, this.#observer(), this.#counters, (connection) => {
        this.#connections.delete(connection);
        this.#counters.openConnections--;
      }),
    );
  }

  #observer(): ConnectionObserver {
    try {
      return this.#observe();
    } catch {
      this.#counters.opaqueConnections.observer_fault++;
      return UNOBSERVED;
    }
  }
}

function isQuiet(connection: TeeConnection, seen: Map<TeeConnection, { bytes: number; looks: number }>): boolean {
  const last = seen.get(connection);
  const looks = last?.bytes === connection.bytes ? last.looks + 1 : 0;
  seen.set(connection, { bytes: connection.bytes, looks });
  return looks >= QUIET_LOOKS;
}

function finishBetweenExchanges(connection: TeeConnection): void {
  if (connection.betweenExchanges) connection.finish();
}
