import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TapProcess } from "../../bench/break/tap-process.ts";
import { freePort } from "../../bench/free-ports.ts";
import { eventually } from "../eventually.ts";

const BODY_BYTES = 200_000;
const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const PART = Buffer.alloc(50_000, "part of an answer");
const WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
const REQUEST = "POST /infer HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\n\r\nimage";
/** Time enough for what was written to be read by the other side, before a reset discards it. */
const READ_MILLISECONDS = 1_000;

interface Fault {
  readonly name: string;
  /** What the model server does once the request is there. */
  readonly harm: (socket: Socket) => unknown;
  readonly exchanges: number;
}

const FAULTS: readonly Fault[] = [
  { name: "answers", harm: (socket) => socket.end(WHOLE), exchanges: 1 },
  { name: "is slow", harm: (socket) => slowly(socket, WHOLE), exchanges: 1 },
  { name: "resets before it answers", harm: (socket) => socket.resetAndDestroy(), exchanges: 0 },
  { name: "closes without an answer", harm: (socket) => socket.end(), exchanges: 0 },
  { name: "resets in its answer", harm: (socket) => afterPart(socket, () => socket.resetAndDestroy()), exchanges: 0 },
  { name: "closes in its answer", harm: (socket) => afterPart(socket, () => socket.end()), exchanges: 0 },
  { name: "closes in its head", harm: (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Le"), exchanges: 0 },
  { name: "sends a bad chunk", harm: (socket) => socket.end(`${CHUNKED}5\r\nimage\r\nzz\r\nno\r\n`), exchanges: 0 },
  { name: "closes before the last chunk", harm: (socket) => socket.end(`${CHUNKED}5\r\nimage\r\n`), exchanges: 0 },
  { name: "sends what is no HTTP", harm: (socket) => socket.end("\u0000\u0001\u0002 broken\n"), exchanges: 0 },
];

function slowly(socket: Socket, text: string): void {
  const bytes = [...text];
  const timer = setInterval(() => {
    const next = bytes.shift();
    if (next !== undefined) return void socket.write(next);
    clearInterval(timer);
    socket.end();
  }, 3);
}

function afterPart(socket: Socket, then: () => unknown): void {
  socket.write(HEAD);
  socket.write(PART);
  setTimeout(then, READ_MILLISECONDS);
}

let harm: Fault["harm"] = () => {};
let server: Server;
let port: number;
let tap: TapProcess;
const open = new Set<Socket>();

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => {});
    socket.on("end", () => socket.end());
    socket.once("data", () => harm(socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
  tap = await TapProcess.start({ upstreamPort: port });
});

afterAll(async () => {
  await tap.stop();
  server.close();
});

/** The bytes that came, and how the connection ended. */
async function ask(at: number, request = REQUEST): Promise<{ received: string; end: string }> {
  const socket = connect({ port: at, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  let received = "";
  let end = "closed";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    end = error.code ?? error.message;
  });
  socket.on("end", () => socket.end());
  socket.write(request);
  await once(socket, "close").catch(() => once(socket, "close"));
  return { received, end };
}

const nothingIsOpen = (): Promise<void> =>
  eventually(async () => {
    expect(open.size).toBe(0);
    expect(await tap.freshCounters()).toMatchObject({ openConnections: 0, openCaptureBytes: 0 });
  });

describe("a model server that", () => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    "%s: the client sees it as without the tap",
    async (_name, fault) => {
      harm = fault.harm;
      const before = tap.exchanges.length;
      const direct = await ask(port);
      expect(await ask(tap.port)).toEqual(direct);
      await eventually(() => expect(tap.exchanges.length - before).toBe(fault.exchanges));
    },
  );

  it("answers early and closes while the request still comes: the client has the whole answer", async () => {
    harm = (socket) => socket.end(WHOLE);
    const request = `POST /infer HTTP/1.1\r\nHost: m\r\nContent-Length: 1000000\r\n\r\n`;
    const [before, direct] = [tap.exchanges.length, await ask(port, request)];
    expect(direct.received).toBe(WHOLE);
    expect(await ask(tap.port, request)).toEqual(direct);
    await tap.freshCounters();
    expect(tap.exchanges.length).toBe(before);
  });

  it("ends its side before it is asked, and answers nothing: so does the tap", async () => {
    const silent = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("end", () => socket.destroy()).on("error", () => {});
      socket.resume().end();
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const silentPort = (silent.address() as AddressInfo).port;
    const before = await TapProcess.start({ upstreamPort: silentPort });
    expect(await ask(before.port)).toEqual(await ask(silentPort));
    await before.stop();
    silent.close();
  });

  it("is down: the client sees a reset, where it would be refused without the tap, which has accepted by then", async () => {
    const down = await freePort();
    const before = await TapProcess.start({ upstreamPort: down });
    expect((await ask(down)).end).toBe("ECONNREFUSED");
    expect(await ask(before.port)).toEqual({ received: "", end: "ECONNRESET" });
    expect((await before.freshCounters()).upstreamFailures).toBe(1);
    await before.stop();
  });

  it("did any of this leaves nothing open behind, and only whole exchanges reached the analyser", async () => {
    await nothingIsOpen();
    expect(tap.exchanges.map(({ responseBody }) => Buffer.from(responseBody).toString())).toEqual(["done", "done"]);
  });
});
