import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { abortClients } from "../../bench/break/aborts.ts";
import { drainUnderLoad } from "../../bench/break/drains.ts";
import { dial, TapProcess, type TapProcessOptions } from "../../bench/break/tap-process.ts";
import { uploadToSlowServer } from "../../bench/break/uploads.ts";
import { eventually } from "../eventually.ts";

const MIB = 1 << 20;
const THROWING = ["--import", join(import.meta.dirname, "fixtures/throw-on-signal.mjs")];

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers with the number of bytes, when `release` says so. */
async function modelServer(release: Promise<unknown> = Promise.resolve()): Promise<number> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on("end", () => void release.then(() => outgoing.end(String(bytes))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function startedTap(options: TapProcessOptions): Promise<TapProcess> {
  const tap = await TapProcess.start(options);
  closers.push(() => tap.stop());
  return tap;
}

async function post(port: number, body: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/infer`, { method: "POST", body })).text();
}

function ended(tap: TapProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) =>
    tap.child.once("exit", (code, signal) => resolve(code ?? (signal as NodeJS.Signals))),
  );
}

describe("the tap's process", () => {
  it("carries 16 uploads of 20 MB to a slow model server in 128 MiB more than it started with", async () => {
    const { complete, startBytes, peakBytes } = await uploadToSlowServer(16, 20_000_000);
    expect(complete).toBe(16);
    expect(peakBytes - startBytes).toBeLessThanOrEqual(128 * MIB);
  });

  it("ends the model server's connection of 1,000 clients that gave up, and is back at its baseline", async () => {
    const aborts = await abortClients(1000);
    expect(aborts).toMatchObject({ aborted: 1000, openConnections: 0, openCaptureBytes: 0, exchanges: 0 });
    expect(aborts.slowestSeconds).toBeLessThanOrEqual(1);
    expect(aborts.descriptorsAfter).toBeLessThanOrEqual(aborts.descriptorsBefore);
  });

  for (const modelServerFirst of [false, true]) {
    it(`loses no request of a Service's clients when ${modelServerFirst ? "the model server ends first" : "it alone is told to end"}`, async () => {
      const drains = await drainUnderLoad({ drains: 4, clients: 8, pauseMilliseconds: 30, modelServerFirst });
      expect(drains).toMatchObject({ lost: 0, exitCodes: [0, 0, 0, 0] });
      expect(drains.answered).toBeGreaterThan(80);
    });
  }

  it("ends at once when it is told a second time", async () => {
    const tap = await startedTap({ upstreamPort: await modelServer(new Promise(() => {})), drainSeconds: 600 });
    void post(tap.port, "never answered").catch(() => {});
    await eventually(() => expect(tap.counters.requestBytes).toBeGreaterThan(0));
    const code = ended(tap);
    tap.child.kill("SIGTERM");
    await eventually(() => expect(dial(tap.port)).rejects.toThrow());
    expect(tap.child.exitCode).toBeNull();
    tap.child.kill("SIGTERM");
    expect(await code).toBe(130);
  });

  it("serves others while 500 clients send heads of 100 KiB byte by byte", async () => {
    const tap = await startedTap({ upstreamPort: await modelServer() });
    const slow = await Promise.all(Array.from({ length: 500 }, () => dial(tap.port)));
    for (const client of slow.slice(0, 50)) client.write(`GET / HTTP/1.1\r\nX: ${"a".repeat(100 * 1024)}`);
    for (let index = 0; index < 20; index++) {
      for (const client of slow.slice(50)) client.write("GET /slow HTTP/1.1\r\n"[index] as string);
      expect(await post(tap.port, "image")).toBe("5");
    }
    const { opaqueConnections, openCaptureBytes, openConnections } = await tap.freshCounters();
    expect(opaqueConnections.head_too_large).toBe(50);
    expect(openCaptureBytes).toBeLessThan(500 * 1024);
    expect(openConnections).toBeGreaterThanOrEqual(450);
    for (const client of slow) client.destroy();
    await eventually(async () => expect((await tap.freshCounters()).openConnections).toBeLessThan(5));
  });

  it("survives more clients than it has descriptors for, and serves on as soon as they go", async () => {
    const tap = await startedTap({ upstreamPort: await modelServer() });
    execFileSync("prlimit", ["--pid", String(tap.pid), "--nofile=64"]);
    const crowd: Socket[] = [];
    for (let index = 0; index < 200; index++) {
      crowd.push(connect({ port: tap.port, host: "127.0.0.1" }).on("error", () => {}));
    }
    await eventually(() => expect(crowd.filter(({ closed }) => closed).length).toBeGreaterThan(100));
    expect((await tap.freshCounters()).openConnections).toBeGreaterThan(10);
    expect(crowd.every(({ closed }) => closed)).toBe(false);
    for (const client of crowd) client.destroy();
    expect(await eventually(() => post(tap.port, "image"))).toBe("5");
    expect(tap.child.exitCode).toBeNull();
  });

  it("counts every connection for which the model server could not be reached", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const tap = await startedTap({ upstreamPort: port });
    for (let index = 0; index < 20; index++) await expect(post(tap.port, "image")).rejects.toThrow();
    expect(await tap.freshCounters()).toMatchObject({ upstreamFailures: 20, openConnections: 0 });
  });

  it("goes on after a rejection that nothing handled, counts it, and logs nothing of a request", async () => {
    const tap = await startedTap({ upstreamPort: await modelServer(), nodeArguments: THROWING });
    tap.child.kill("SIGWINCH");
    await eventually(() => expect(tap.said).toContain("a rejection that nothing handled"));
    expect(await post(tap.port, "image")).toBe("5");
    expect((await tap.freshCounters()).faults).toBe(1);
    expect(tap.said).toContain("throw-on-signal.mjs");
    expect(tap.said).not.toContain("secret");
  });

  it("answers what is under way after an exception that nothing caught, and ends with code 1", async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tap = await startedTap({
      upstreamPort: await modelServer(released),
      nodeArguments: THROWING,
      drainSeconds: 60,
    });
    const answer = post(tap.port, "under way");
    await eventually(() => expect(tap.counters.requestBytes).toBeGreaterThan(0));
    const code = ended(tap);
    tap.child.kill("SIGUSR2");
    await eventually(() => expect(tap.said).toContain("an exception that nothing caught"));
    release();
    expect(await answer).toBe("9");
    expect(await code).toBe(1);
    expect(tap.counters.faults).toBe(1);
    expect(tap.said).not.toContain("secret");
  });

  it("goes on when nobody reads its log any more", async () => {
    const tap = await startedTap({ upstreamPort: await modelServer(), nodeArguments: THROWING });
    tap.child.stdout?.destroy();
    tap.child.stderr?.destroy();
    tap.child.kill("SIGWINCH");
    await eventually(async () => expect((await tap.freshCounters()).faults).toBe(1));
    expect(await post(tap.port, "image")).toBe("5");
  });
});
