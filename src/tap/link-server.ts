import { createServer, type Server, type Socket } from "node:net";
import type { Exchange } from "../core/exchange.ts";
import { FrameDecoder } from "./frames.ts";
import { listenPrivately, makeSocketDirectory, removeStaleSocket } from "./socket-file.ts";
import type { TapCounters } from "./tap-counters.ts";

export interface LinkServerOptions {
  /** Path of the Unix socket to listen on. */
  readonly path: string;
  /** Most bytes of one body; more is taken for a corrupt frame. Not below the tap's own limit. */
  readonly messageBytes: number;
  onExchange(exchange: Exchange): void;
  /** The tap's counters since it started; comes about once a second. */
  onCounters(counters: TapCounters): void;
}

/** One tap, and for a moment its successor; anything more is a mistake. */
const MAX_CONNECTIONS = 4;

/** The analyser's end of the link. */
export class LinkServer {
  readonly #options: LinkServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #corruptFrames = 0;

  private constructor(options: LinkServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Rejects with the system's error when the path cannot be listened on; a stale socket file is removed first. */
  static async listen(options: LinkServerOptions): Promise<LinkServer> {
    const linkServer = new LinkServer(options);
    await makeSocketDirectory(options.path);
    await removeStaleSocket(options.path);
    await listenPrivately(linkServer.#server, options.path);
    linkServer.#server.on("error", () => {});
    return linkServer;
  }

  /** Taps connected now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections closed because what came over them was no frame. */
  get corruptFrames(): number {
    return this.#corruptFrames;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #accept(socket: Socket): void {
    const decoder = new FrameDecoder(this.#options.messageBytes);
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      if (socket.destroyed) return;
      const frames = decoder.push(chunk);
      if (!frames) {
        this.#corruptFrames++;
        socket.destroy();
        return;
      }
      for (const frame of frames) {
        if (frame.kind === "exchange") this.#options.onExchange(frame.exchange);
        else this.#options.onCounters(frame.counters);
      }
    });
  }
}
