import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { VisionError } from "../../../src/core/errors.ts";
import { type ConnectionObserver, UNOBSERVED } from "../../../src/tap/connection-observer.ts";
import { resetSocket } from "../../../src/tap/reset-socket.ts";
import { newTapCounters } from "../../../src/tap/tap-counters.ts";
import { Tee } from "../../../src/tap/tee.ts";
import { eventually } from "../../eventually.ts";
import { dial, nextEvent, readAll, serveUpstream, settled, steadyClock } from "./fixtures.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function teeTo(
  onConnection: (socket: Socket) => void,
  {
    observer = UNOBSERVED,
    observe = () => observer,
    clock = steadyClock,
  }: { observer?: ConnectionObserver; observe?: () => ConnectionObserver; clock?: typeof steadyClock } = {},
) {
  const counters = newTapCounters();
  const sockets: Socket[] = [];
  const upstream = await serveUpstream((socket) => {
    sockets.push(socket);
    onConnection(socket);
  });
  const options = { listenHost: "127.0.0.1", listenPort: 0, upstreamHost: "127.0.0.1", upstreamPort: upstream.port };
  const tee = new Tee(options, observe, counters, clock);
  const { port } = await tee.listen();
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    upstream.server.close();
    await tee.drain(0);
  });
  return { tee, port, counters, sockets, upstream };
}

describe("the tee", () => {
  it("carries nothing for a client that says nothing", async () => {
    const { port, counters } = await teeTo((socket) => socket.end());
    expect(await readAll(await dial(port))).toHaveLength(0);
    expect(counters).toMatchObject({ connections: 1, requestBytes: 0, responseBytes: 0 });
  });

  it("carries bytes both ways and counts them", async () => {
    const { port, counters } = await teeTo((socket) => socket.pipe(socket));
    const client = await dial(port);
    client.end("there and back");
    expect((await readAll(client)).toString()).toBe("there and back");
    expect(counters).toMatchObject({ requestBytes: 14, responseBytes: 14 });
  });

  it("forwards on when the observer throws, and tells it to give up", async () => {
    const reasons: string[] = [];
    const fault = (): never => {
      throw new Error("fault in the observer");
    };
    const observer = {
      ...UNOBSERVED,
      request: fault,
      response: fault,
      responseEnd: fault,
      giveUp: (reason: string) => reasons.push(reason),
    };
    const { port } = await teeTo((socket) => socket.pipe(socket), { observer });
    const client = await dial(port);
    client.end("still here");
    expect((await readAll(client)).toString()).toBe("still here");
    expect(reasons).toContain("observer_fault");
  });

  it("forwards on when the observer cannot even give up or close", async () => {
    const fault = (): never => {
      throw new Error("fault in the observer");
    };
    const observer = { ...UNOBSERVED, request: fault, giveUp: fault, close: fault };
    const { port, counters } = await teeTo((socket) => socket.pipe(socket), { observer });
    const client = await dial(port);
    client.end("still here");
    expect((await readAll(client)).toString()).toBe("still here");
    await eventually(() => expect(counters.openConnections).toBe(0));
  });

  it("forwards when no observer can be made, and counts it", async () => {
    const { port, counters } = await teeTo((socket) => socket.pipe(socket), {
      observe: () => {
        throw new Error("fault in the making");
      },
    });
    const client = await dial(port);
    client.end("unobserved");
    expect((await readAll(client)).toString()).toBe("unobserved");
    expect(counters.opaqueConnections.observer_fault).toBe(1);
  });

  it("carries the client's half-close, and the reply still arrives", async () => {
    const { port } = await teeTo((socket) => {
      void readAll(socket).then((request) => socket.end(`got ${request.length}`));
    });
    const client = await dial(port);
    client.end("12345");
    expect((await readAll(client)).toString()).toBe("got 5");
  });

  it("carries the model server's half-close, and the request still arrives", async () => {
    const { port, sockets } = await teeTo((socket) => socket.end("early"));
    const client = await dial(port);
    expect((await readAll(client)).toString()).toBe("early");
    const received = readAll(sockets[0] as Socket);
    client.end("late");
    expect((await received).toString()).toBe("late");
  });

  it("carries a reset by the client", async () => {
    const { port, sockets } = await teeTo((socket) => socket.resume());
    const client = await dial(port);
    await eventually(() => expect(sockets).toHaveLength(1));
    const ended = vi.fn();
    sockets[0]?.on("end", ended);
    const error = nextEvent(sockets[0] as Socket, "error");
    resetSocket(client);
    expect(await error).toMatchObject({ code: "ECONNRESET" });
    expect(ended).not.toHaveBeenCalled();
  });

  it("takes a reset that arrives together with data for a reset, not for the end of the reply", async () => {
    const ended = vi.fn();
    const { port, counters } = await teeTo(
      (socket) => socket.once("data", () => socket.write("half of", () => resetSocket(socket))),
      { observer: { ...UNOBSERVED, responseEnd: ended } },
    );
    for (let round = 0; round < 20; round++) {
      const client = await dial(port);
      client.on("error", () => {});
      client.write("x");
      client.resume();
      await eventually(() => expect(counters.responseBytes).toBe(7 * (round + 1)));
      await eventually(() => expect(counters.openConnections).toBe(0));
    }
    expect(ended).not.toHaveBeenCalled();
  });

  it("delivers a reply that ended before the model server refused the rest of the request", async () => {
    const { port } = await teeTo((socket) => {
      socket.once("data", () => socket.end("413", () => socket.destroy()));
    });
    const client = await dial(port);
    client.on("error", () => {});
    const read = readAll(client);
    client.write("x");
    expect((await read).toString()).toBe("413");
    while (!client.destroyed) {
      client.write(Buffer.alloc(10_000));
      await new Promise(setImmediate);
    }
  });

  it("carries a reset by the model server", async () => {
    const { port, counters } = await teeTo((socket) => socket.once("data", () => resetSocket(socket)));
    const client = await dial(port);
    const read = readAll(client);
    client.write("x");
    await expect(read).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(counters.upstreamFailures).toBe(0);
  });

  it("closes the connection when the model server is not there, and counts it", async () => {
    const { port, counters, upstream } = await teeTo(() => {});
    await new Promise((resolve) => upstream.server.close(resolve));
    const client = connect({ port, host: "127.0.0.1" });
    client.on("error", () => {});
    await nextEvent(client, "close");
    expect(counters.upstreamFailures).toBe(1);
    await eventually(() => expect(counters.openConnections).toBe(0));
  });

  it("stops reading from a client whose model server is slow, and delivers everything once it reads", async () => {
    const { port, counters, sockets } = await teeTo((socket) => socket.pause());
    const client = await dial(port);
    const sent = Buffer.alloc(48 << 20, "abcdefghijk");
    client.end(sent);
    const stalledAt = await settled(() => counters.requestBytes);
    expect(stalledAt).toBeGreaterThan(0);
    expect(stalledAt).toBeLessThan(16 << 20);
    const received = await readAll(sockets[0] as Socket);
    expect(received.equals(sent)).toBe(true);
  });

  it("stops reading from the model server when the client is slow", async () => {
    const sent = Buffer.alloc(48 << 20, "abcdefghijk");
    const { port, counters } = await teeTo((socket) => socket.end(sent));
    const client = await dial(port);
    const stalledAt = await settled(() => counters.responseBytes);
    expect(stalledAt).toBeLessThan(16 << 20);
    expect((await readAll(client)).equals(sent)).toBe(true);
  });

  it("refuses a port that is taken", async () => {
    const { port, upstream } = await teeTo(() => {});
    const options = {
      listenHost: "127.0.0.1",
      listenPort: port,
      upstreamHost: "127.0.0.1",
      upstreamPort: upstream.port,
    };
    const second = new Tee(options, () => UNOBSERVED, newTapCounters(), steadyClock);
    await expect(second.listen()).rejects.toMatchObject({ code: "PORT_IN_USE" } satisfies Partial<VisionError>);
  });
});

describe("draining", () => {
  it("ends at once without connections, and refuses new ones", async () => {
    const { tee, port } = await teeTo(() => {});
    await tee.drain(5);
    await expect(dial(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("lets an open connection finish", async () => {
    const { tee, port, sockets } = await teeTo((socket) => socket.resume());
    const client = await dial(port);
    client.end("request");
    await eventually(() => expect(sockets).toHaveLength(1));
    const drained = tee.drain(20);
    const reply = readAll(client);
    sockets[0]?.end("reply");
    expect((await reply).toString()).toBe("reply");
    await drained;
  });

  it("closes a connection that is quiet between exchanges long before the deadline", async () => {
    const { tee, port } = await teeTo((socket) => socket.on("end", () => socket.end()).resume(), {
      observer: { ...UNOBSERVED, betweenExchanges: true },
    });
    const client = await dial(port);
    const ended = readAll(client).then(() => client.end());
    await Promise.all([tee.drain(20), ended]);
  });

  it("closes a busy connection between two exchanges shortly before the deadline", async () => {
    let seconds = 0;
    const clock = { ...steadyClock, monotonicSeconds: () => seconds };
    const observer = { ...UNOBSERVED, betweenExchanges: true };
    const { tee, port, counters } = await teeTo((socket) => socket.pipe(socket), { observer, clock });
    const client = await dial(port);
    client.on("error", () => {});
    client.on("data", (ball) => client.write(ball));
    client.on("end", () => client.end());
    client.write("ball");
    const drained = tee.drain(30);
    await eventually(() => expect(counters.responseBytes).toBeGreaterThan(40));
    seconds = 29;
    await drained;
    expect(counters.openConnections).toBe(0);
  });

  it("ends a connection behind the answer, never while a client that pauses may be writing", async () => {
    let seconds = 0;
    const clock = { ...steadyClock, monotonicSeconds: () => seconds };
    let between = true;
    const observer = {
      ...UNOBSERVED,
      get betweenExchanges() {
        return between;
      },
    };
    const { tee, port } = await teeTo((socket) => socket.on("data", (ball) => socket.write(ball)), { observer, clock });
    const client = await dial(port);
    const ended = vi.fn();
    client.on("end", ended);
    const answers: string[] = [];
    client.on("data", (answer) => answers.push(answer.toString()));
    const drained = tee.drain(30);
    seconds = 29;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(ended).not.toHaveBeenCalled();
    between = false;
    client.write("half an answer");
    await eventually(() => expect(answers).toHaveLength(1));
    expect(ended).not.toHaveBeenCalled();
    between = true;
    client.write("the whole");
    await eventually(() => expect(ended).toHaveBeenCalled());
    expect(answers.join()).toBe("half an answer,the whole");
    seconds = 61;
    await drained;
  });

  it("serves the connections that wait to be accepted when the end is asked for", async () => {
    const { tee, port } = await teeTo((socket) => socket.pipe(socket));
    const clients = Array.from({ length: 50 }, () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
    const drained = tee.drain(20);
    const read = clients.map((client) => readAll(client));
    for (const client of clients) client.end("late");
    expect((await Promise.all(read)).map(String)).toEqual(Array(50).fill("late"));
    await drained;
  });

  it("cuts what is still open at the deadline", async () => {
    let seconds = 0;
    const clock = { ...steadyClock, monotonicSeconds: () => seconds };
    const { tee, port, counters } = await teeTo((socket) => socket.resume(), { clock });
    const client = await dial(port);
    const read = readAll(client);
    client.write("x");
    await eventually(() => expect(counters.requestBytes).toBe(1));
    const drained = tee.drain(30);
    seconds = 31;
    await expect(read).rejects.toMatchObject({ code: "ECONNRESET" });
    await drained;
  });
});
