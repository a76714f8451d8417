import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Exchange } from "../../../src/core/exchange.ts";
import { Link, type LinkOptions } from "../../../src/tap/link.ts";
import { LinkServer } from "../../../src/tap/link-server.ts";
import { newTapCounters, type TapCounters } from "../../../src/tap/tap-counters.ts";
import { eventually } from "../../eventually.ts";
import { newSocketPath, settled } from "./fixtures.ts";
import { inPieces } from "./observed.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function exchangeOf(requestBytes: number, path = "/"): Exchange {
  return {
    timeSeconds: 1.5,
    method: "POST",
    path,
    requestHeaders: new Map([["x-request-id", "ä"]]),
    requestBody: Buffer.alloc(requestBytes, "r"),
    status: 200,
    responseHeaders: new Map(),
    responseBody: Buffer.from("{}"),
  };
}

async function serverOn(path: string, messageBytes = 1 << 20, lookSeconds = 60) {
  const exchanges: Exchange[] = [];
  const reports: TapCounters[] = [];
  const server = await LinkServer.listen({
    path,
    messageBytes,
    lookSeconds,
    onExchange: (exchange) => exchanges.push(exchange),
    onCounters: (counters) => reports.push(counters),
  });
  closers.push(() => server.close());
  return { server, exchanges, reports };
}

function linkTo(path: string, linkBytes = 1 << 20, dial: LinkOptions["connect"] = connect) {
  const counters = newTapCounters();
  const backoffSeconds = { first: 0.005, longest: 0.02 };
  const link = new Link({ path, linkBytes, backoffSeconds, connect: dial }, counters);
  link.open();
  closers.push(() => link.close(0));
  return { link, counters };
}

describe("the link", () => {
  it("drops and counts while nobody listens", () => {
    const { link, counters } = linkTo(newSocketPath());
    link.send(inPieces(exchangeOf(10)));
    link.send(inPieces(exchangeOf(10)));
    expect(counters.linkDrops).toEqual({ not_connected: 2, over_budget: 0, connection_lost: 0 });
    expect(counters.exchangesSent).toBe(0);
  });

  it("carries exchanges in order, and the tap's counters on connect", async () => {
    const path = newSocketPath();
    const { exchanges, reports, server } = await serverOn(path);
    const { link } = linkTo(path);
    await eventually(() => expect(reports.length).toBeGreaterThan(0));
    expect(server.connections).toBe(1);
    const sent = [exchangeOf(0, "/empty"), exchangeOf(300_000, "/large"), exchangeOf(5, "/small")];
    for (const exchange of sent) link.send(inPieces(exchange));
    await eventually(() => expect(exchanges).toHaveLength(3));
    expect(exchanges.map(({ path }) => path)).toEqual(["/empty", "/large", "/small"]);
    expect(exchanges[1]?.requestHeaders).toEqual(sent[1]?.requestHeaders);
    expect(Buffer.compare(exchanges[1]?.requestBody as Uint8Array, sent[1]?.requestBody as Uint8Array)).toBe(0);
  });

  it("sends the newest counters again and again", async () => {
    const path = newSocketPath();
    const { reports } = await serverOn(path);
    const { link, counters } = linkTo(path);
    await eventually(() => expect(reports.length).toBeGreaterThan(0));
    counters.exchanges = 7;
    counters.opaqueConnections.tls = 2;
    link.sendCounters();
    await eventually(() => expect(reports.at(-1)).toEqual(counters));
  });

  it("drops and counts what a slow analyser leaves no room for", async () => {
    const path = newSocketPath();
    const stuck = createServer((socket) => socket.pause());
    await new Promise<void>((resolve) => stuck.listen(path, resolve));
    closers.push(async () => void stuck.close());
    const { link, counters } = linkTo(path, 3 << 20);
    await eventually(() => {
      link.send(inPieces(exchangeOf(1)));
      expect(counters.exchangesSent).toBeGreaterThan(0);
    });
    for (let index = 0; index < 20; index++) link.send(inPieces(exchangeOf(1 << 20)));
    expect(counters.linkDrops.over_budget).toBeGreaterThan(10);
    expect(counters.linkDrops.over_budget).toBeLessThan(20);
  });

  it("connects again after the analyser is gone, and counts what was lost with it", async () => {
    const path = newSocketPath();
    const first = await serverOn(path);
    const { link, counters } = linkTo(path, 64 << 20);
    await eventually(() => expect(first.server.connections).toBe(1));
    for (let index = 0; index < 10; index++) link.send(inPieces(exchangeOf(1 << 20)));
    await first.server.close();
    await eventually(() => expect(counters.linkDrops.connection_lost).toBeGreaterThan(0));
    const second = await serverOn(path);
    await eventually(() => expect(second.server.connections).toBe(1));
    link.send(inPieces(exchangeOf(1, "/again")));
    await eventually(() => expect(second.exchanges.map(({ path }) => path)).toEqual(["/again"]));
    await eventually(() => expect(counters.exchangesSent + counters.linkDrops.connection_lost).toBe(11));
  });

  it("goes on trying when the attempt to connect throws", async () => {
    const path = newSocketPath();
    const { server } = await serverOn(path);
    let attempts = 0;
    linkTo(path, 1 << 20, (options) => {
      if (++attempts < 3) throw new Error("no descriptor left");
      return connect(options);
    });
    await eventually(() => expect(server.connections).toBe(1));
    expect(attempts).toBe(3);
  });

  it("does not stay connected when it is closed while it connects", async () => {
    const path = newSocketPath();
    const { server } = await serverOn(path);
    const { link } = linkTo(path);
    await link.close(0);
    await settled(() => server.connections);
    await eventually(() => expect(server.connections).toBe(0));
  });

  it("delivers what still waits when it is closed", async () => {
    const path = newSocketPath();
    const { exchanges, server } = await serverOn(path);
    const { link } = linkTo(path, 64 << 20);
    await eventually(() => expect(server.connections).toBe(1));
    for (let index = 0; index < 20; index++) link.send(inPieces(exchangeOf(500_000)));
    await link.close(10);
    await eventually(() => expect(exchanges).toHaveLength(20));
  });
});

describe("the link server", () => {
  it.each([
    ["no frame at all", Buffer.from("GET / HTTP/1.1\r\nHost: h\r\n\r\n")],
    ["another version", Buffer.from("56580201000000000000000000000000", "hex")],
    ["an unknown kind", Buffer.from("565801090200000000000000000000007b7d", "hex")],
    ["a head of 4 GB", Buffer.from("56580101ffffffff0000000000000000", "hex")],
    ["a body over the limit", Buffer.from("565801010200000000001100000000007b7d", "hex")],
    ["a head that is not JSON", Buffer.from("565801010200000000000000000000007b78", "hex")],
    ["an exchange without its fields", Buffer.from("565801010200000000000000000000007b7d", "hex")],
    ["counters without their fields", Buffer.from("565801020200000000000000000000007b7d", "hex")],
    [
      "a head that is null",
      Buffer.concat([Buffer.from("56580102040000000000000000000000", "hex"), Buffer.from("null")]),
    ],
  ])("closes a connection that carries %s, and counts it", async (_, bytes) => {
    const path = newSocketPath();
    const { server, exchanges } = await serverOn(path);
    const socket = connect({ path });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.write(bytes);
    await closed;
    expect(server.corruptFrames).toBe(1);
    expect(exchanges).toEqual([]);
    const { link } = linkTo(path);
    await eventually(() => {
      link.send(inPieces(exchangeOf(1)));
      expect(exchanges.length).toBeGreaterThan(0);
    });
  });

  it("listens on a socket that only its owner may use, and takes it away when it closes", async () => {
    const path = newSocketPath();
    const mask = process.umask();
    const { server } = await serverOn(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(mask);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("takes over the socket file of an analyser that was killed", async () => {
    const path = newSocketPath();
    const listenAndDie = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", listenAndDie]);
    expect(statSync(path).isSocket()).toBe(true);
    await expect(serverOn(path)).resolves.toBeDefined();
  });

  it("makes its socket file again after somebody deleted it, and keeps the tap it has", async () => {
    const path = newSocketPath();
    const { server, exchanges } = await serverOn(path, 1 << 20, 0.02);
    const { link } = linkTo(path);
    await eventually(() => expect(server.connections).toBe(1));
    unlinkSync(path);
    await eventually(() => expect(statSync(path).mode & 0o777).toBe(0o600));
    linkTo(path);
    await eventually(() => expect(server.connections).toBe(2));
    link.send(inPieces(exchangeOf(10)));
    await eventually(() => expect(exchanges).toHaveLength(1));
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("leaves a running analyser its socket", async () => {
    const path = newSocketPath();
    await serverOn(path);
    await expect(serverOn(path)).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("never removes a file that is not a socket", async () => {
    const path = newSocketPath();
    writeFileSync(path, "precious");
    await expect(serverOn(path)).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(readFileSync(path, "utf8")).toBe("precious");
  });
});
