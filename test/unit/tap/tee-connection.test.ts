import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { newTapCounters } from "../../../src/tap/tap-counters.ts";
import { TeeConnection } from "../../../src/tap/tee-connection.ts";

/** Stands in for a socket; writes what is done to it into `log`. */
function fakeSocket(name: string, log: string[]): Socket {
  const duplex = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      log.push(`${name} written ${chunk}`);
      done();
    },
  });
  return duplex as Socket;
}

function connect(log: string[]) {
  const [client, upstream] = [fakeSocket("client", log), fakeSocket("upstream", log)];
  const observer = {
    request: (chunk: Buffer) => log.push(`request ${chunk} seen`),
    response: (chunk: Buffer) => log.push(`response ${chunk} seen`),
    responseEnd: () => log.push("end seen"),
    giveUp: () => {},
    close: () => log.push("closed"),
    betweenExchanges: false,
  };
  const connection = new TeeConnection(client, upstream, observer, newTapCounters(), () => log.push("gone"));
  return { client, upstream, connection };
}

describe("a tee connection", () => {
  it("writes each chunk before the observer sees it, in both directions", async () => {
    const log: string[] = [];
    const { client, upstream } = connect(log);
    client.push("ask");
    await new Promise(setImmediate);
    upstream.push("answer");
    await new Promise(setImmediate);
    expect(log).toEqual(["upstream written ask", "request ask seen", "client written answer", "response answer seen"]);
  });

  it("frees what the observer holds once both sockets are closed, not before", async () => {
    const log: string[] = [];
    const { client, upstream } = connect(log);
    client.destroy();
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    upstream.destroy();
    await new Promise(setImmediate);
    expect(log).toEqual(["closed", "gone"]);
  });

  it("counts the bytes of both directions", async () => {
    const { client, upstream, connection } = connect([]);
    client.push("12345");
    upstream.push("123");
    await new Promise(setImmediate);
    expect(connection.bytes).toBe(8);
  });
});
