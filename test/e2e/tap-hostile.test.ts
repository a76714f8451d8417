import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningTap } from "../../src/tap/run-tap.ts";
import { dial, readAll, serveUpstream, tapTo } from "../unit/tap/fixtures.ts";
import { type HostileStream, mutatedStreams, NAMED_STREAMS } from "../unit/tap/hostile-streams.ts";
import { cut } from "../unit/tap/observed.ts";

/** What goes through one connection. */
type Stream = Pick<HostileStream, "name" | "request" | "reply">;

const MUTATIONS = 120;
/** Long streams are cut like segments of a network: a hundred thousand one-byte writes prove nothing more. */
const LONG_BYTES = 4096;
const SEGMENT_BYTES = 1460;

let upstream: Awaited<ReturnType<typeof serveUpstream>>;
let tap: RunningTap;
let serve: (socket: Socket) => void;

beforeAll(async () => {
  upstream = await serveUpstream((socket) => serve(socket));
  tap = await tapTo(upstream.port);
});
afterAll(async () => {
  upstream.server.close();
  await tap.drain();
});

function pieces(stream: Buffer, size: number): Buffer[] {
  return cut(stream, stream.length > LONG_BYTES && size < SEGMENT_BYTES ? SEGMENT_BYTES : size);
}

async function writeAll(socket: Socket, stream: Buffer, size: number): Promise<void> {
  for (const piece of pieces(stream, size)) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
}

/** The model server reads everything, then answers, then ends: what arrives on either side must be what was sent on the other. */
async function passThrough({ request, reply }: Stream, size: number): Promise<{ request: Buffer; reply: Buffer }> {
  const received = new Promise<Buffer>((resolve, reject) => {
    serve = (socket) => {
      readAll(socket).then((bytes) => {
        resolve(bytes);
        return writeAll(socket, reply, size);
      }, reject);
    };
  });
  const client = await dial(tap.address.port);
  const answered = readAll(client);
  await writeAll(client, request, size);
  return { request: await received, reply: await answered };
}

describe("hostile streams", () => {
  const streams: Stream[] = [...NAMED_STREAMS, ...mutatedStreams(MUTATIONS, 7)];

  it("are many", () => {
    expect(streams.length).toBeGreaterThanOrEqual(220);
  });

  for (const size of [1, 7, Number.POSITIVE_INFINITY]) {
    it(`pass unchanged in both directions in pieces of ${size} bytes`, async () => {
      const changed: string[] = [];
      for (const stream of streams) {
        const passed = await passThrough(stream, size);
        if (!passed.request.equals(stream.request) || !passed.reply.equals(stream.reply)) changed.push(stream.name);
      }
      expect(changed).toEqual([]);
    });
  }

  it("leave nothing behind", async () => {
    await vi.waitFor(() => expect(tap.counters()).toMatchObject({ openConnections: 0, openCaptureBytes: 0 }));
    expect(tap.counters().opaqueConnections.observer_fault).toBe(0);
    expect(tap.counters().connections).toBe(3 * streams.length);
  });
});
