import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePorts } from "../free-ports.ts";

const PROGRAM = import.meta.filename.endsWith(".ts")
  ? resolve(import.meta.dirname, "../../dist/src/main.js")
  : resolve(import.meta.dirname, "../../src/main.js");
const READY_SECONDS = 60;

export interface AnalyserOptions {
  /** More of the configuration, as YAML. */
  readonly configuration?: string;
  /** For node, before the program. */
  readonly nodeArguments?: readonly string[];
}

/** A real analyser on free ports, without tap and reference. */
export class AnalyserProcess {
  readonly ports: { readonly metrics: number; readonly api: number; readonly page: number };
  readonly #folder: string;
  readonly #child: ChildProcess;
  #said = "";

  private constructor(ports: readonly number[], { configuration = "", nodeArguments = [] }: AnalyserOptions) {
    const [metrics = 0, api = 0, page = 0] = ports;
    this.ports = { metrics, api, page };
    this.#folder = mkdtempSync(join(tmpdir(), "vision-analyser-"));
    const path = join(this.#folder, "config.yaml");
    const listen = Object.entries(this.ports).map(([server, port]) => `${server}: 127.0.0.1:${port}`);
    writeFileSync(
      path,
      `model: { name: m, classes: [water, desert] }\nlisten: { ${listen.join(", ")} }\n${configuration}`,
    );
    const args = [...nodeArguments, PROGRAM, "serve", "--config", path];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#said += chunk.toString();
      });
    }
  }

  /** Resolves once it answers. */
  static async start(options: AnalyserOptions = {}): Promise<AnalyserProcess> {
    const analyser = new AnalyserProcess(await freePorts(3), options);
    const isReady = await eventually(() => analyser.answers(), READY_SECONDS);
    if (!isReady) throw new Error(`the analyser does not answer: ${analyser.said}`);
    return analyser;
  }

  /** What it wrote to its two outputs. */
  get said(): string {
    return this.#said;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get openFiles(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Bytes of memory now ("VmRSS") or at most so far ("VmHWM"). */
  memoryBytes(field: "VmRSS" | "VmHWM"): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return 1024 * Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]);
  }

  url(server: keyof AnalyserProcess["ports"], path: string): string {
    return `http://127.0.0.1:${this.ports[server]}${path}`;
  }

  /** Whether all three servers answer a plain request. */
  async answers(): Promise<boolean> {
    const urls = [this.url("metrics", "/metrics"), this.url("api", "/v1/assessment"), this.url("page", "/")];
    const answers = await Promise.all(
      urls.map((url) =>
        fetch(url, { headers: { connection: "close" } }).then(
          async (answer) => (await answer.text()) !== "" && answer.ok,
          () => false,
        ),
      ),
    );
    return answers.every(Boolean);
  }

  async stop(): Promise<void> {
    if (this.isRunning) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Asks again and again, for so long at most. */
export async function eventually(condition: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await condition()) return true;
    await wait(50);
  }
  return condition();
}
