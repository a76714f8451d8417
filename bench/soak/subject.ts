import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../free-ports.ts";
import { COLOURS, paintReference } from "./pictures.ts";

const PROGRAM = join(import.meta.dirname, "../../src/main.js");
/** The young generations begin at their largest, so that V8's making them larger is not taken for a leak. */
const V8_FLAGS = ["--expose-gc", "--min-semi-space-size=16"];
const HOOK = join(import.meta.dirname, "gc-hook.js");
/** So many that the page's curves, 1,440 points of all windows together, are full after six minutes. */
const WINDOWS_SECONDS = [15, 30, 60, 90];
const START_SECONDS = 120;
const STOP_SECONDS = 60;
const ANSWER_SECONDS = 60;

/** What the analyser holds, garbage collected. */
export interface Holding {
  readonly anonymousBytes: number;
  /** The same before that. */
  readonly uncollectedBytes: number;
  /** Pages of files, which the kernel takes back when it needs them. */
  readonly fileBytes: number;
  readonly heapBytes: number;
  /** Open files and sockets. */
  readonly handles: number;
  readonly series: number;
  /** Analysed so far. */
  readonly images: number;
}

/** What the Dockerfile sets. */
const IMAGE_ENVIRONMENT = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "262144",
  MALLOC_TRIM_THRESHOLD_: "16777216",
};

/** The analyser that is soaked: the real program, with a reference and its state on disk. */
export class Subject {
  readonly apiPort: number;
  readonly linkPath: string;
  readonly #process: ChildProcess;
  readonly #metrics: string;
  #said = "";

  private constructor(child: ChildProcess, apiPort: number, metricsPort: number, linkPath: string) {
    this.#process = child;
    this.apiPort = apiPort;
    this.linkPath = linkPath;
    this.#metrics = `http://127.0.0.1:${metricsPort}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-4_000);
      });
    }
  }

  static async start(folder: string): Promise<Subject> {
    const [metrics, api, page] = (await freePorts(3)) as [number, number, number];
    const linkPath = join(folder, "tap.sock");
    const config = join(folder, "vision-exporter.yaml");
    writeFileSync(config, configuration(folder, linkPath, { metrics, api, page }));
    await paintReference(folder);
    const build = ["reference", "build", "--config", config, "--images", join(folder, "proven")];
    const files = ["--predictions", join(folder, "answers.jsonl"), "--out", join(folder, "colours.vxref")];
    execFileSync(process.execPath, [PROGRAM, ...build, ...files], { stdio: ["ignore", "ignore", "inherit"] });
    const child = spawn(process.execPath, [...V8_FLAGS, "--import", HOOK, PROGRAM, "serve", "--config", config], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...IMAGE_ENVIRONMENT },
    });
    const subject = new Subject(child, api, metrics, linkPath);
    await subject.#answering();
    return subject;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Its last words. */
  get said(): string {
    return this.#said;
  }

  async scrape(): Promise<string> {
    const headers = { connection: "close" };
    const response = await fetch(`${this.#metrics}/metrics`, {
      headers,
      signal: AbortSignal.timeout(1000 * ANSWER_SECONDS),
    });
    return response.text();
  }

  /** `leakBytes` more are kept in it first, and for good. */
  async hold(leakBytes: number): Promise<Holding> {
    const exposition = await this.scrape();
    const uncollectedBytes = anonymousBytes(this.#status());
    const answer = once(this.#process, "message", { signal: AbortSignal.timeout(1000 * ANSWER_SECONDS) });
    this.#process.send({ leakBytes });
    const [{ heapBytes }] = (await answer) as [{ heapBytes: number }];
    const status = this.#status();
    return {
      heapBytes,
      uncollectedBytes,
      anonymousBytes: anonymousBytes(status),
      fileBytes: kibibytes(status, "RssFile"),
      handles: readdirSync(`/proc/${this.#process.pid}/fd`).length,
      series: exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length,
      images: Number(/^vision_images_analysed_total\{.*\} (\d+)/m.exec(exposition)?.[1]),
    };
  }

  /** Its exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    if (!this.running) return this.#process.exitCode;
    const ended = once(this.#process, "exit");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 1000 * STOP_SECONDS);
    this.#process.kill("SIGTERM");
    await ended;
    clearTimeout(timer);
    return this.#process.exitCode;
  }

  #status(): string {
    return readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
  }

  async #answering(): Promise<void> {
    const end = Date.now() + 1000 * START_SECONDS;
    while (this.running && Date.now() < end) {
      const answers = await fetch(`${this.#metrics}/-/healthy`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answers) return;
      await new Promise((done) => setTimeout(done, 200));
    }
    await this.stop();
    throw new Error(`the analyser did not start:\n${this.#said}`);
  }
}

/** A day in half an hour: windows, life spans and the byte bound are so short that all of them are reached while it warms up. */
function configuration(
  folder: string,
  linkPath: string,
  ports: { readonly metrics: number; readonly api: number; readonly page: number },
): string {
  return `
model: { name: colours, classes: [${COLOURS.join(", ")}], accuracyFloorRatio: 0.5 }
tap: { listen: "127.0.0.1:9000", upstream: "127.0.0.1:9001", linkPath: ${linkPath} }
sampling: { imagesRatio: 1, imagesPerSecond: 1000 }
image: { queueLength: 1000 }
reference: { path: ${join(folder, "colours.vxref")} }
windows: [${WINDOWS_SECONDS.map((seconds) => `{ name: ${seconds}s, duration: ${seconds}s }`).join(", ")}]
chunk: { duration: 5s }
drift: { assessEvery: 1s, falseAlarmEvery: 1h }
labels: { keepPredictions: 3m, keepEarlyLabels: 1m }
state: { directory: ${join(folder, "state")}, snapshotEvery: 15s, maxBytes: 64MiB }
gallery: { enabled: true, keep: 1m }
limits: { observationsPerRequest: 1000 }
listen: { metrics: "127.0.0.1:${ports.metrics}", api: "127.0.0.1:${ports.api}", page: "127.0.0.1:${ports.page}" }
`;
}

function anonymousBytes(status: string): number {
  return kibibytes(status, "RssAnon") + kibibytes(status, "RssShmem");
}

function kibibytes(status: string, field: string): number {
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
}
