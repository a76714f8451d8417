import { Agent, createServer, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Exchange } from "../../src/core/exchange.ts";
import { LinkServer } from "../../src/tap/link-server.ts";
import { resetSocket } from "../../src/tap/reset-socket.ts";
import type { RunningTap, TapOptions } from "../../src/tap/run-tap.ts";
import { Supervisor } from "../../src/tap/supervise.ts";
import type { TapCounters } from "../../src/tap/tap-counters.ts";
import { eventually } from "../eventually.ts";
import { dial, newSocketPath, serveUpstream, steadyClock, tapTo } from "../unit/tap/fixtures.ts";

const MIB = 1 << 20;
const IMAGE = Buffer.alloc(100_000, "jpeg");

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function modelServer(answerAfter: (() => Promise<void>) | undefined = undefined): Promise<number> {
  const server = createServer((incoming, outgoing) => {
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on("end", async () => {
      await answerAfter?.();
      outgoing.end(JSON.stringify({ bytes }));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function startedTap(upstreamPort: number, changes: Partial<TapOptions> = {}): Promise<RunningTap> {
  const tap = await tapTo(upstreamPort, { drainSeconds: 1, ...changes });
  closers.push(() => tap.drain());
  return tap;
}

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  closers.push(async () => agent.destroy());
  return agent;
}

/** Status and body of one POST; rejects when the connection fails. */
function post(port: number, agent: Agent, id: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "x-request-id": id, "content-length": IMAGE.length };
    const outgoing = request(
      { port, agent, host: "127.0.0.1", method: "POST", path: "/infer", headers },
      (incoming) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(IMAGE);
  });
}

describe("the tap", () => {
  it("hands every exchange to the analyser, whole, and its counters too", async () => {
    const linkPath = newSocketPath();
    const exchanges: Exchange[] = [];
    let report: TapCounters | undefined;
    const server = await LinkServer.listen({
      path: linkPath,
      messageBytes: MIB,
      onExchange: (exchange) => exchanges.push(exchange),
      onCounters: (counters) => {
        report = counters;
      },
    });
    closers.push(() => server.close());
    const tap = await startedTap(await modelServer(), { linkPath });
    await eventually(() => expect(server.connections).toBe(1));
    const agent = keepAliveAgent();
    await Promise.all(Array.from({ length: 100 }, (_, index) => post(tap.address.port, agent, `id-${index}`)));
    await eventually(() => expect(exchanges).toHaveLength(100));
    expect(new Set(exchanges.map(({ requestHeaders }) => requestHeaders.get("x-request-id"))).size).toBe(100);
    expect(exchanges.every(({ requestBody }) => IMAGE.equals(requestBody))).toBe(true);
    expect(JSON.parse(Buffer.from((exchanges[0] as Exchange).responseBody).toString())).toEqual({
      bytes: IMAGE.length,
    });
    await eventually(() => expect(report).toMatchObject({ exchanges: 100, exchangesSent: 100, openCaptureBytes: 0 }));
  });

  it("fails no request while the analyser is killed ten times under load", async () => {
    const linkPath = newSocketPath();
    const tap = await startedTap(await modelServer(), { linkPath });
    const supervisor = new Supervisor(
      {
        argv: [process.execPath, join(import.meta.dirname, "fixtures/tap-link-reader.mjs"), linkPath],
        killSeconds: 5,
        backoffSeconds: { first: 0.01, longest: 0.01 },
      },
      steadyClock,
    );
    supervisor.start();
    closers.push(() => supervisor.stop());
    const agent = keepAliveAgent();
    let loading = true;
    const failures: unknown[] = [];
    let answered = 0;
    const load = Array.from({ length: 4 }, async (_, client) => {
      for (let index = 0; loading; index++) {
        const result = await post(tap.address.port, agent, `${client}-${index}`).catch((error: unknown) => error);
        if ((result as { status?: number }).status === 200) answered++;
        else failures.push(result);
      }
    });
    for (let kills = 0; kills < 10; kills++) {
      const sentBefore = tap.counters().exchangesSent;
      await eventually(() => expect(tap.counters().exchangesSent).toBeGreaterThan(sentBefore + 5));
      process.kill(supervisor.pid as number, "SIGKILL");
      await eventually(() => expect(supervisor.restarts).toBe(kills + 1));
    }
    loading = false;
    await Promise.all(load);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect(tap.counters().linkDrops.not_connected).toBeGreaterThan(0);
  });

  it("answers everything under way when it is asked to end", async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tap = await startedTap(await modelServer(() => released), { drainSeconds: 20 });
    const agent = keepAliveAgent();
    const pending = Array.from({ length: 8 }, (_, index) => post(tap.address.port, agent, `${index}`));
    await eventually(() => expect(tap.counters().requestBytes).toBeGreaterThan(8 * IMAGE.length));
    const drained = tap.drain();
    release();
    const answers = await Promise.all(pending);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    await drained;
    expect(tap.counters().openConnections).toBe(0);
    await expect(dial(tap.address.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("holds no more than the global budget while many large uploads stand still, and carries all of them", async () => {
    const stuck: Socket[] = [];
    let received = 0;
    const upstream = await serveUpstream((socket) => {
      socket.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      socket.on("end", () => socket.end());
      stuck.push(socket);
    });
    closers.push(async () => void upstream.server.close());
    const tap = await startedTap(upstream.port, { totalBytes: 8 * MIB });
    const head = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${4 * MIB}\r\n\r\n`;
    const clients = await Promise.all(Array.from({ length: 16 }, () => dial(tap.address.port)));
    for (const client of clients) client.write(Buffer.concat([Buffer.from(head), Buffer.alloc(4 * MIB)]));
    await eventually(() => expect(received).toBe(16 * (head.length + 4 * MIB)));
    const held = tap.counters();
    expect(held.openCaptureBytes).toBeLessThanOrEqual(8 * MIB);
    expect(held.capturesDropped.budget_exhausted).toBeGreaterThanOrEqual(14);
    for (const client of clients) client.resume().end();
    await eventually(() => expect(tap.counters()).toMatchObject({ openConnections: 0, openCaptureBytes: 0 }));
  });

  it("is back at its baseline after 300 clients gave up in the middle", async () => {
    const upstream = await serveUpstream((socket) => socket.resume().on("end", () => socket.end()));
    closers.push(async () => void upstream.server.close());
    const tap = await startedTap(upstream.port);
    for (let round = 0; round < 300; round++) {
      const client = await dial(tap.address.port);
      client.write("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\npart of it", () =>
        round % 2 ? client.destroy() : resetSocket(client),
      );
    }
    await eventually(() =>
      expect(tap.counters()).toMatchObject({ connections: 300, openConnections: 0, openCaptureBytes: 0 }),
    );
  });

  it("serves others while 300 clients send their heads byte by byte", async () => {
    const tap = await startedTap(await modelServer());
    const slow = await Promise.all(Array.from({ length: 300 }, () => dial(tap.address.port)));
    for (const client of slow) client.on("error", () => {}).write("P");
    const agent = keepAliveAgent();
    for (let index = 0; index < 20; index++) {
      for (const client of slow) client.write("O");
      expect((await post(tap.address.port, agent, `${index}`)).status).toBe(200);
    }
    expect(tap.counters().openCaptureBytes).toBeLessThan(300 * 1024);
    for (const client of slow) client.destroy();
  });
});
