import { connect, type Socket } from "node:net";
import { isWholeReply, requestHead } from "./exchange.ts";

let nextId = 0;

/** One keep-alive connection of a client that has one request under way at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #body: Buffer;
  #reply = "";
  #done: ((error?: Error) => void) | undefined;

  private constructor(socket: Socket, body: Buffer) {
    this.#socket = socket;
    this.#body = body;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#done?.(error));
    socket.on("close", () => this.#done?.(new Error("the connection was closed before the reply")));
  }

  static dial(port: number, body: Buffer): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("connect", () => resolve(new Connection(socket, body)));
      socket.once("error", reject);
    });
  }

  /** Milliseconds on the clock of `performance.now` when the reply was whole. */
  ask(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = (error) => {
        this.#done = undefined;
        this.#reply = "";
        if (error) reject(error);
        else resolve(performance.now());
      };
      this.#socket.cork();
      this.#socket.write(requestHead(this.#body.length, nextId++), "latin1");
      this.#socket.write(this.#body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#reply += chunk.toString("latin1");
    try {
      if (isWholeReply(this.#reply)) this.#done?.();
    } catch (error) {
      this.#done?.(error as Error);
    }
  }
}
