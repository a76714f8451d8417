import { connect, type Socket } from "node:net";
import type { CapturedExchange } from "./exchange-capture.ts";
import { byteLength, encodeCounters, encodeExchange } from "./frames.ts";
import type { TapCounters } from "./tap-counters.ts";

export interface LinkOptions {
  /** Path of the analyser's Unix socket. */
  readonly path: string;
  /** Most bytes that may wait to be written. */
  readonly linkBytes: number;
  /** First and longest wait between two attempts to connect; each failure doubles it. */
  readonly backoffSeconds?: { readonly first: number; readonly longest: number };
  /** Instead of the system's; may throw. */
  readonly connect?: (options: { readonly path: string }) => Socket;
}

const COUNTERS_MILLISECONDS = 1000;
/** Short: while nobody listens exchanges are lost, and a connect to a Unix socket costs next to nothing. */
const BACKOFF_SECONDS = { first: 0.1, longest: 1 };

/** The tap's end of the link. The analyser may be slow, gone or never there: then exchanges are dropped and counted, nothing waits. */
export class Link {
  readonly #options: LinkOptions;
  readonly #counters: TapCounters;
  readonly #backoff: { readonly first: number; readonly longest: number };
  #socket: Socket | undefined;
  #waitSeconds: number;
  #retry: NodeJS.Timeout | undefined;
  #report: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LinkOptions, counters: TapCounters) {
    this.#options = options;
    this.#counters = counters;
    this.#backoff = options.backoffSeconds ?? BACKOFF_SECONDS;
    this.#waitSeconds = this.#backoff.first;
  }

  open(): void {
    this.#connect();
    this.#report = setInterval(() => this.sendCounters(), COUNTERS_MILLISECONDS);
  }

  send(exchange: CapturedExchange): void {
    const socket = this.#socket;
    if (!socket) {
      this.#counters.linkDrops.not_connected++;
      return;
    }
    const parts = encodeExchange(exchange);
    if (socket.writableLength + byteLength(parts) > this.#options.linkBytes) {
      this.#counters.linkDrops.over_budget++;
      return;
    }
    write(socket, parts, (lost) => {
      if (lost) this.#counters.linkDrops.connection_lost++;
      else this.#counters.exchangesSent++;
    });
  }

  /** Sent every second and on each connect; a report that cannot be sent is superseded by the next. */
  sendCounters(): void {
    const socket = this.#socket;
    if (!socket || socket.writableLength > this.#options.linkBytes) return;
    write(socket, encodeCounters(this.#counters), () => {});
  }

  /** Sends the last counters and what still waits, for at most `deadlineSeconds`. */
  close(deadlineSeconds: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#report);
    const socket = this.#socket;
    if (!socket) return Promise.resolve();
    this.sendCounters();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), deadlineSeconds * 1000);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end();
    });
  }

  #connect(): void {
    const socket = this.#dial();
    if (!socket) {
      this.#reconnect();
      return;
    }
    socket.once("connect", () => {
      if (this.#closed) {
        socket.destroy();
        return;
      }
      this.#socket = socket;
      this.#waitSeconds = this.#backoff.first;
      this.sendCounters();
    });
    // The analyser sends nothing; reading is only how its end is noticed.
    socket.resume();
    socket.on("error", () => {});
    socket.once("close", () => this.#reconnect());
  }

  /** Undefined when not even the attempt can be made: no descriptor left, a path that the system refuses. */
  #dial(): Socket | undefined {
    try {
      return (this.#options.connect ?? connect)({ path: this.#options.path });
    } catch {
      return undefined;
    }
  }

  #reconnect(): void {
    this.#socket = undefined;
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#connect(), this.#waitSeconds * 1000);
    this.#waitSeconds = Math.min(2 * this.#waitSeconds, this.#backoff.longest);
  }
}

function write(socket: Socket, parts: readonly Uint8Array[], onDone: (lost: boolean) => void): void {
  socket.cork();
  const last = parts.length - 1;
  for (const [index, part] of parts.entries()) {
    if (index < last) socket.write(part);
    else socket.write(part, (error) => onDone(Boolean(error)));
  }
  socket.uncork();
}
