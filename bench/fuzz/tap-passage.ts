import { mkdtempSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/core/random.ts";
import { type RunningTap, startTap } from "../../src/tap/run-tap.ts";
import type { TapCounters } from "../../src/tap/tap-counters.ts";

export interface Passing {
  /** Each piece is written by itself. */
  readonly request: readonly Buffer[];
  /** What the model server answers once it has read the request to its end. */
  readonly reply: readonly Buffer[];
}

const MIB = 1 << 20;
const CLOCK = { nowSeconds: () => Date.now() / 1000, monotonicSeconds: () => performance.now() / 1000 };
/** Longer than anything here takes: what has not passed by then is stuck. */
const STUCK_SECONDS = 20;

/** A real tap before a model server of bare sockets; one connection at a time. Several side by side do not wait for each other's turns. */
export class TapPassage {
  readonly #server: Server;
  readonly #tap: RunningTap;
  #answer: (socket: Socket) => void = () => {};

  private constructor(server: Server, tap: RunningTap) {
    this.#server = server;
    this.#tap = tap;
    server.on("connection", (socket) => this.#answer(socket));
  }

  static async open(): Promise<TapPassage> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const options = {
      listenHost: "127.0.0.1",
      listenPort: 0,
      upstreamHost: "127.0.0.1",
      upstreamPort: (server.address() as AddressInfo).port,
      linkPath: join(mkdtempSync(join(tmpdir(), "tap-passage-")), "link.sock"),
      ratio: 1,
      messageBytes: 16 * MIB,
      totalBytes: 64 * MIB,
      linkBytes: MIB,
      drainSeconds: 1,
    };
    return new TapPassage(server, await startTap(options, { clock: CLOCK, random: seededRandom(1) }));
  }

  get counters(): TapCounters {
    return this.#tap.counters();
  }

  /** What was wrong: "changed" or "stuck"; undefined when both directions came out as they went in. */
  async pass({ request, reply }: Passing): Promise<"changed" | "stuck" | undefined> {
    const asked = new Promise<Buffer>((resolve) => {
      this.#answer = (socket) => {
        void readToEnd(socket).then((bytes) => {
          resolve(bytes);
          return writeEach(socket, reply);
        });
      };
    });
    const client = connect({
      port: this.#tap.address.port,
      host: "127.0.0.1",
      allowHalfOpen: true,
      noDelay: true,
    });
    const answered = readToEnd(client);
    const timer = setTimeout(() => client.destroy(), STUCK_SECONDS * 1000);
    await writeEach(client, request);
    const answer = await answered;
    clearTimeout(timer);
    if (client.destroyed && !client.readableEnded) return "stuck";
    const same = (await asked).equals(Buffer.concat(request)) && answer.equals(Buffer.concat(reply));
    return same ? undefined : "changed";
  }

  async close(): Promise<void> {
    await this.#tap.drain();
    this.#server.close();
  }
}

async function writeEach(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await new Promise(setImmediate);
    socket.write(piece);
  }
  socket.end();
}

/** Until the end or a fault. */
function readToEnd(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const end = (): void => resolve(Buffer.concat(pieces));
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    socket
      .on("error", () => {})
      .once("end", end)
      .once("close", end);
  });
}
