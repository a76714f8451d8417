import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TapProcess } from "../../bench/break/tap-process.ts";
import { freePorts } from "../../bench/free-ports.ts";
import { eventually } from "../eventually.ts";
import { remember, stop, until } from "./fixtures/program.ts";

const execute = promisify(execFile);
/** Of each program that ends by itself: a hang then has a name. */
const LIMIT_MILLISECONDS = 20_000;
const START_SECONDS = 60;
/** With nothing of Go's library built yet, on a busy machine: 47 s were seen. */
const BUILD_MILLISECONDS = 240_000;
const GO = { ...process.env, GO111MODULE: "off", GOFLAGS: "", CGO_ENABLED: "0" };
const FIXTURES = join(import.meta.dirname, "fixtures");
const MAKES = ["Go", "nginx", "nginx as a proxy", "Python"] as const;
type Make = (typeof MAKES)[number];

/** curl's words for a connection that ended without an answer: which one depends on whether it was just writing or reading. */
const CLOSED: ReadonlySet<number> = new Set([52, 55, 56]);

const WAYS: Record<string, readonly string[]> = {
  "two GETs on one connection": [],
  "a file": ["--data-binary", "@image.bin"],
  "a chunked file": ["--data-binary", "@image.bin", "--header", "Transfer-Encoding: chunked"],
  "a file that waits for 100": ["--data-binary", "@image.bin", "--header", "Expect: 100-continue"],
  "HTTP/1.0": ["--http1.0"],
  HEAD: ["--head"],
  "an upgrade to HTTP/2": ["--http2"],
};

let folder: string;
const servers: ChildProcess[] = [];
const ports = {} as Record<Make, number>;
const taps = {} as Record<Make, TapProcess>;

async function serve(port: number, program: string, args: readonly string[]): Promise<void> {
  const server = remember(spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }));
  servers.push(server);
  const deadline = performance.now() + START_SECONDS * 1000;
  await until(async () => {
    if (server.exitCode !== null || performance.now() > deadline) return true;
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
    return response.text().then(() => true);
  });
  if (server.exitCode !== null || performance.now() > deadline) throw new Error(`${program}: ${server.said()}`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tap-makes-"));
  writeFileSync(join(folder, "image.bin"), Buffer.alloc(100_000, "image"));
  const free = await freePorts(MAKES.length);
  MAKES.forEach((make, index) => {
    ports[make] = free[index] as number;
  });
  const peer = join(folder, "peer");
  await execute("go", ["build", "-o", peer, join(FIXTURES, "go-peer/main.go")], {
    env: GO,
    timeout: BUILD_MILLISECONDS,
  });
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr; events {}
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
server { listen 127.0.0.1:${ports.nginx}; location / { return 200 "from nginx"; } }
server { listen 127.0.0.1:${ports["nginx as a proxy"]}; location / { proxy_pass http://127.0.0.1:${ports.Go}; } } }`,
  );
  await Promise.all([
    serve(ports.Go, peer, ["serve", `127.0.0.1:${ports.Go}`]),
    serve(ports.nginx, "nginx", ["-p", folder, "-c", join(folder, "nginx.conf")]),
    serve(ports.Python, "python3", [join(FIXTURES, "python-peer.py"), String(ports.Python)]),
  ]);
  await Promise.all(
    MAKES.map(async (make) => {
      taps[make] = await TapProcess.start({ upstreamPort: ports[make] });
    }),
  );
}, BUILD_MILLISECONDS);

afterAll(async () => {
  await Promise.all(Object.values(taps).map((tap) => tap.stop()));
  await Promise.all(servers.map(stop));
  rmSync(folder, { recursive: true, force: true });
});

/** Exit code, status, headers but the date, and body of two requests of one curl. */
async function curl(port: number, args: readonly string[]): Promise<{ code: number | "closed"; said: string }> {
  const url = `http://127.0.0.1:${port}/image.bin`;
  const { code, stdout } = await execute("curl", ["--silent", "--include", "--max-time", "10", ...args, url, url], {
    cwd: folder,
    timeout: LIMIT_MILLISECONDS,
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return {
    code: CLOSED.has(code) ? "closed" : code,
    said: stdout.replace(/^Date: .*\r\n/gim, "").replaceAll(`127.0.0.1:${port}`, "host"),
  };
}

const opaque = ({ counters }: TapProcess): Record<string, number> =>
  Object.fromEntries(Object.entries(counters.opaqueConnections).filter(([, count]) => count > 0));

describe("a model server of another make", () => {
  it.each(MAKES.filter((make) => make !== "nginx"))(
    "answers curl as without the tap, each exchange observed: %s",
    async (make) => {
      const [port, tap] = [ports[make], taps[make]];
      for (const [way, args] of Object.entries(WAYS)) {
        const direct = await curl(port, args);
        expect(direct.code, way).toBe(0);
        expect(await curl(tap.port, args), way).toEqual(direct);
      }
      await eventually(() => expect(tap.counters.exchanges).toBe(2 * Object.keys(WAYS).length));
      expect(opaque(tap)).toEqual({});
    },
  );

  it("that answers before it has read the request is given up for that connection alone: nginx", async () => {
    const [port, tap] = [ports.nginx, taps.nginx];
    for (const [way, args] of Object.entries(WAYS)) {
      expect(await curl(tap.port, args), way).toEqual(await curl(port, args));
    }
    await tap.freshCounters();
    const early = tap.counters.opaqueConnections.early_final_reply;
    expect(opaque(tap)).toEqual(early > 0 ? { early_final_reply: early } : {});
    expect(tap.counters.exchanges).toBeGreaterThanOrEqual(2 * (Object.keys(WAYS).length - early));
  });

  it.each(MAKES)("is spoken to in HTTP/2 as without the tap, unobserved: %s", async (make) => {
    const [port, tap] = [ports[make], taps[make]];
    const direct = await curl(port, ["--http2-prior-knowledge"]);
    expect(await curl(tap.port, ["--http2-prior-knowledge"])).toEqual(direct);
    await eventually(() => expect(tap.counters.opaqueConnections.http2).toBeGreaterThan(0));
  });

  it("is asked by Go's client as without the tap, each exchange whole", async () => {
    const ask = (port: number): Promise<{ stdout: string }> =>
      execute(join(folder, "peer"), ["ask", `http://127.0.0.1:${port}/`, "50"], { timeout: LIMIT_MILLISECONDS });
    const [port, tap] = [ports.Go, taps.Go];
    const [before, sampled] = [tap.counters.exchanges, tap.exchanges.length];
    expect(await ask(tap.port)).toEqual(await ask(port));
    await eventually(() => expect(tap.counters.exchanges - before).toBe(50));
    for (const { requestBody, responseBody } of tap.exchanges.slice(sampled)) {
      expect(Buffer.from(responseBody).toString()).toBe(`${requestBody.length} bytes read\n`);
    }
    expect(tap.exchanges.length).toBeGreaterThan(sampled);
  });
});
