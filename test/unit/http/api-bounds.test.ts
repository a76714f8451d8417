import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../eventually.ts";
import { applicationOf, type Started, start } from "./literals.ts";

const MIB = 2 ** 20;

let started: Started | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await started?.running.close(0);
});

async function serve(requestBytes: number): Promise<{ readonly api: string; readonly taken: Uint8Array[] }> {
  const taken: Uint8Array[] = [];
  const labels = async (_type: string, body: Uint8Array): Promise<[]> => {
    taken.push(body);
    return [];
  };
  started = await start(applicationOf({ labels }), { api: { host: "127.0.0.1", port: 0, requestBytes } });
  return { api: started.api, taken };
}

async function post(api: string, body: Uint8Array, encoding: string): Promise<number> {
  const headers = { "content-encoding": encoding, "content-type": "application/json" };
  return (await fetch(`${api}/v1/labels`, { method: "POST", body: new Uint8Array(body), headers })).status;
}

/** A request whose body stops after `sent` bytes. */
async function stall(api: string, sent: number): Promise<Socket> {
  const socket = connect(Number(new URL(api).port), "127.0.0.1");
  sockets.push(socket);
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.write(`POST /v1/labels HTTP/1.1\r\nHost: x\r\nContent-Length: ${MIB}\r\n\r\n`);
  socket.write(Buffer.alloc(sent, "x"));
  return socket;
}

describe("a compressed body", () => {
  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])(
    "is refused when it grows as only a bomb grows, however much room the limit leaves: %s",
    async (encoding, pack) => {
      const { api, taken } = await serve(64 * MIB);
      expect(await post(api, pack(Buffer.alloc(32 * MIB)), encoding)).toBe(413);
      expect(await post(api, pack(Buffer.alloc(MIB, "[]")), encoding)).toBe(200);
      expect(taken.map(({ length }) => length)).toEqual([MIB]);
    },
  );
});

describe("the API", () => {
  it("is not held up by senders that stall: they hold what they have sent, and no place", async () => {
    const { api } = await serve(2 * MIB);
    for (let k = 0; k < 100; k++) await stall(api, 10);
    expect(await post(api, gzipSync("[]"), "gzip")).toBe(200);
  });

  it("turns one of three bodies of labels away whose bytes are over the bound of two, and takes others once they are gone", async () => {
    const { api } = await serve(MIB);
    const senders = await Promise.all(Array.from({ length: 3 }, () => stall(api, MIB - 10)));
    const [refusal] = (await Promise.race(senders.map((sender) => once(sender, "data")))) as [Buffer];
    expect(refusal.toString()).toMatch(/^HTTP\/1.1 429 [\s\S]*Retry-After: 1/);
    for (const sender of senders) sender.destroy();
    await eventually(async () => expect(await post(api, new Uint8Array(MIB), "identity")).toBe(200));
  });

  it.each([
    ["a scrape", "metrics", "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a body", "api", "POST /v1/labels HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]"],
  ] as const)(
    "gives the place of %s back although its client left while others of it were still in line",
    async (_, server, text) => {
      await serve(MIB);
      const origin = new URL((started as Started)[server]);
      for (let client = 0; client < 20; client++) {
        const socket = connect(Number(origin.port), "127.0.0.1");
        sockets.push(socket);
        socket.on("error", () => {});
        await once(socket, "connect");
        socket.write(text.repeat(50));
        if (client % 2 === 0) socket.resetAndDestroy();
        else socket.once("data", () => socket.destroy());
        await once(socket, "close");
      }
      const ask = async (): Promise<number> =>
        server === "api"
          ? post(origin.origin, new Uint8Array(MIB), "identity")
          : (await fetch(`${origin.origin}/metrics`)).status;
      await eventually(async () => expect(await ask()).toBe(200));
    },
  );

  it("takes 200 header fields and refuses more", async () => {
    const { api } = await serve(MIB);
    const status = async (fields: number): Promise<string> => {
      const head = Array.from({ length: fields - 2 }, (_, k) => `X-${k}: 1\r\n`).join("");
      const socket = connect(Number(new URL(api).port), "127.0.0.1");
      sockets.push(socket);
      socket.write(`GET /v1/assessment HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}\r\n`);
      const [first] = (await once(socket, "data")) as [Buffer];
      return first.toString("latin1", 9, 12);
    };
    expect([await status(200), await status(201)]).toEqual(["200", "431"]);
  });
});
