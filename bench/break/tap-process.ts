import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Exchange } from "../../src/core/exchange.ts";
import { LinkServer } from "../../src/tap/link-server.ts";
import type { TapCounters } from "../../src/tap/tap-counters.ts";
import { freePort } from "../free-ports.ts";

export interface TapProcessOptions {
  readonly upstreamPort: number;
  readonly drainSeconds?: number;
  /** Of Node, in front of the program. */
  readonly nodeArguments?: readonly string[];
}

const PROGRAM = resolve("dist/src/main.js");
const LOOK_MILLISECONDS = 20;

/** `vision-exporter tap` as it is shipped, and the analyser's end of its link in this process. */
export class TapProcess {
  readonly port: number;
  readonly child: ChildProcess;
  /** Those that reached the analyser's end. */
  readonly exchanges: Exchange[] = [];
  readonly #folder: string;
  readonly #link: LinkServer;
  #counters: TapCounters | undefined;
  #said = "";

  private constructor(port: number, folder: string, child: ChildProcess, link: LinkServer) {
    this.port = port;
    this.child = child;
    this.#folder = folder;
    this.#link = link;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => (this.#said += text));
  }

  static async start(options: TapProcessOptions): Promise<TapProcess> {
    const folder = mkdtempSync(join(tmpdir(), "tap-process-"));
    const [port, config, linkPath] = [await freePort(), join(folder, "tap.yaml"), join(folder, "tap.sock")];
    const drain = `${options.drainSeconds ?? 2}s`;
    const upstream = `127.0.0.1:${options.upstreamPort}`;
    const tap = { listen: `127.0.0.1:${port}`, upstream, linkPath, drain };
    writeFileSync(config, JSON.stringify({ model: { name: "broken", classes: ["a", "b"] }, tap }));
    const events: { onExchange(exchange: Exchange): void; onCounters(counters: TapCounters): void } = {
      onExchange: () => {},
      onCounters: () => {},
    };
    const link = await LinkServer.listen({
      path: linkPath,
      messageBytes: 16 << 20,
      onExchange: (exchange) => events.onExchange(exchange),
      onCounters: (counters) => events.onCounters(counters),
    });
    const argv = [...(options.nodeArguments ?? []), PROGRAM, "tap", "--config", config];
    const child = spawn(process.execPath, argv);
    const started = new TapProcess(port, folder, child, link);
    events.onExchange = (exchange) => started.exchanges.push(exchange);
    events.onCounters = (counters) => {
      started.#counters = counters;
    };
    await until(() => started.#said.includes("forwarding") && link.connections === 1);
    return started;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Everything it wrote. */
  get said(): string {
    return this.#said;
  }

  /** The last report, at most about a second old. */
  get counters(): TapCounters {
    if (!this.#counters) throw new Error("the tap has not reported yet");
    return this.#counters;
  }

  get residentBytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1]) * 1024;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** A report that was made after this call. */
  async freshCounters(): Promise<TapCounters> {
    for (let reports = 0; reports < 2; reports++) {
      const last = this.#counters;
      await until(() => this.#counters !== last);
    }
    return this.counters;
  }

  /** SIGTERM; the exit code, or the signal that ended it. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    const end = this.child.exitCode ?? this.child.signalCode ?? (await this.#terminated());
    await this.#link.close();
    rmSync(this.#folder, { recursive: true, force: true });
    return end;
  }

  async #terminated(): Promise<number | NodeJS.Signals | null> {
    const exited = once(this.child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.kill("SIGTERM");
    const [code, signal] = await exited;
    return code ?? signal;
  }
}

/** The limit is that of the caller's test or command. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, LOOK_MILLISECONDS));
}

/** A client's connection; faults are left to who waits for "close". */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}
