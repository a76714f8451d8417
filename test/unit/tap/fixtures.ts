import { mkdtempSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/core/clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { type RunningTap, startTap, type TapOptions } from "../../../src/tap/run-tap.ts";

export const steadyClock: Clock = {
  nowSeconds: () => Date.now() / 1000,
  monotonicSeconds: () => performance.now() / 1000,
};

/** A model server of bare sockets: the test says what it does with each connection. */
export async function serveUpstream(onConnection: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

export function newSocketPath(): string {
  return join(mkdtempSync(join(tmpdir(), "tap-")), "link.sock");
}

export function tapOptions(upstreamPort: number, changes: Partial<TapOptions> = {}): TapOptions {
  return {
    listenHost: "127.0.0.1",
    listenPort: 0,
    upstreamHost: "127.0.0.1",
    upstreamPort,
    linkPath: newSocketPath(),
    ratio: 1,
    messageBytes: 16 << 20,
    totalBytes: 64 << 20,
    linkBytes: 64 << 20,
    drainSeconds: 5,
    ...changes,
  };
}

export function tapTo(upstreamPort: number, changes: Partial<TapOptions> = {}): Promise<RunningTap> {
  return startTap(tapOptions(upstreamPort, changes), { clock: steadyClock, random: seededRandom(1) });
}

/** A connected client that reads nothing until the test says so. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** All bytes until the peer ends its side; rejects on a reset. */
export function readAll(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => resolve(Buffer.concat(chunks)));
    socket.once("error", reject);
    socket.resume();
  });
}

export function nextEvent(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve));
}

/** Waits until a number has stayed the same for ten looks, 50 ms apart. */
export async function settled(read: () => number): Promise<number> {
  let [last, looks] = [read(), 0];
  while (looks < 10) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = read();
    looks = now === last ? looks + 1 : 0;
    last = now;
  }
  return last;
}
