import { createServer, type Server, type Socket } from "node:net";
import type { Exchange } from "../core/exchange.ts";
import { FrameDecoder } from "./frames.ts";
import { listenPrivately, makeSocketDirectory, removeStaleSocket, socketFileExists } from "./socket-file.ts";
import type { TapCounters } from "./tap-counters.ts";

export interface LinkServerOptions {
  /** Path of the Unix socket to listen on. */
  readonly path: string;
  /** Most bytes of one body; more is taken for a corrupt frame. Not below the tap's own limit. */
  readonly messageBytes: number;
  /** How often it is looked whether the socket file is still there. */
  readonly lookSeconds?: number;
  onExchange(exchange: Exchange): void;
  /** The tap's counters since it started; comes about once a second. */
  onCounters(counters: TapCounters): void;
}

/** One tap, and for a moment its successor; anything more is a mistake. */
const MAX_CONNECTIONS = 4;
const LOOK_SECONDS = 5;

/** The analyser's end of the link. */
export class LinkServer {
  readonly #options: LinkServerOptions;
  #server: Server | undefined;
  #restoring: Promise<void> | undefined;
  #look: NodeJS.Timeout | undefined;
  readonly #sockets = new Set<Socket>();
  #corruptFrames = 0;

  private constructor(options: LinkServerOptions) {
    this.#options = options;
  }

  /** Rejects with the system's error when the path cannot be listened on; a stale socket file is removed first. */
  static async listen(options: LinkServerOptions): Promise<LinkServer> {
    const linkServer = new LinkServer(options);
    await makeSocketDirectory(options.path);
    await removeStaleSocket(options.path);
    await linkServer.#listen();
    const everySeconds = options.lookSeconds ?? LOOK_SECONDS;
    linkServer.#look = setInterval(() => linkServer.#lookAfterFile(), everySeconds * 1000);
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
    clearInterval(this.#look);
    return new Promise((resolve) => {
      if (this.#server) this.#server.close(() => resolve());
      else resolve();
      this.#server = undefined;
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    this.#server = server;
    await listenPrivately(server, this.#options.path);
    server.on("error", () => {});
  }

  #lookAfterFile(): void {
    this.#restoring ??= this.#restoreFile()
      .catch(() => {})
      .finally(() => {
        this.#restoring = undefined;
      });
  }

  /** Whoever tidies a directory for temporary files may delete the socket: taps that are connected notice nothing, the next cannot connect. */
  async #restoreFile(): Promise<void> {
    const { path } = this.#options;
    if ((await socketFileExists(path)) || !this.#server) return;
    await makeSocketDirectory(path);
    // Before the new one listens, because closing a server deletes the file of its path.
    this.#server?.close();
    if (this.#server) await this.#listen();
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
