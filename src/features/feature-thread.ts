import { SHARE_ENV, Worker } from "node:worker_threads";
import { VisionError } from "../core/errors.ts";
import { imageBytes } from "../core/image-bytes.ts";
import type { ImageInput } from "../core/inference.ts";
import type { Extraction, Extractor, Wishes } from "./extractor.ts";
import type { FromThread, NetworkIdentity, ThreadSetup, ToThread } from "./messages.ts";

export interface ThreadOptions {
  readonly setup: ThreadSetup;
  /** The built thread-entry.js: a thread reads no TypeScript. */
  readonly entry?: URL;
  /** Longest time from the start to the end of the self-test. */
  readonly startSeconds?: number;
  /** An image that is under way for longer has hung; one that hangs is noticed after at most half as much again. */
  readonly imageSeconds?: number;
  /** What the thread has, once an image has hung, to end by itself. */
  readonly graceSeconds?: number;
}

interface Job {
  readonly finish: (extraction: Extraction) => void;
  /** Half limits that passed while it was under way. */
  halves: number;
}

const START_SECONDS = 60;
const IMAGE_SECONDS = 30;
const GRACE_SECONDS = 30;
/** Pixels, tensors and the network lie outside V8's heap. A heap beyond this ends the thread and not the process. */
const HEAP_MEBIBYTES = 128;

/** One life of the thread that decodes, measures and embeds. */
export class FeatureThread implements Extractor {
  readonly identity: NetworkIdentity;
  /** Resolves, once the thread is gone, with what ended it. */
  readonly ended: Promise<string>;
  readonly #worker: Worker;
  readonly #graceSeconds: number;
  readonly #jobs = new Map<number, Job>();
  #lastJob = 0;
  #closing = false;
  #hung: string | undefined;

  /** Resolves after the self-test of the network. Throws MODEL_FILE_INVALID. */
  static async start(options: ThreadOptions): Promise<FeatureThread> {
    const { setup, entry = new URL("./thread-entry.js", import.meta.url) } = options;
    const worker = new Worker(entry, {
      name: "features",
      workerData: setup,
      // ONNX Runtime reads the process's environment, of which a thread otherwise changes a copy.
      env: SHARE_ENV,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES },
    });
    const ended = endOf(worker);
    const identity = await firstAnswer(worker, ended, setup.network.path, options.startSeconds ?? START_SECONDS);
    return new FeatureThread(worker, ended, identity, options);
  }

  private constructor(worker: Worker, ended: Promise<string>, identity: NetworkIdentity, options: ThreadOptions) {
    const { imageSeconds = IMAGE_SECONDS, graceSeconds = GRACE_SECONDS } = options;
    this.identity = identity;
    this.#worker = worker;
    this.#graceSeconds = graceSeconds;
    worker.on("message", (message: FromThread) => {
      if (message.kind === "extracted") this.#finish(message.job, message.extraction);
    });
    const watch = setInterval(() => this.#lookForHung(imageSeconds), (imageSeconds / 2) * 1000);
    watch.unref();
    this.ended = ended.then((why) => {
      clearInterval(watch);
      this.#loseAll();
      return this.#hung ?? why;
    });
    // Only an image under way keeps the process alive.
    worker.unref();
  }

  /** Why it takes no more images although it is not gone yet. */
  get fault(): string | undefined {
    return this.#hung;
  }

  extract(image: ImageInput, wishes: Wishes): Promise<Extraction> {
    const job = ++this.#lastJob;
    return new Promise((finish) => {
      this.#jobs.set(job, { finish, halves: 0 });
      this.#worker.ref();
      const moved = copyOf(image);
      this.#post({ kind: "extract", job, image: moved, wishes }, [imageBytes(moved).buffer as ArrayBuffer]);
    });
  }

  /** Ends the thread after what is under way. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.#post({ kind: "close" });
    await this.ended;
  }

  #post(message: ToThread, moved: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, moved);
  }

  #finish(job: number, extraction: Extraction): void {
    this.#jobs.get(job)?.finish(extraction);
    this.#jobs.delete(job);
    if (this.#jobs.size === 0 && !this.#closing) this.#worker.unref();
  }

  /**
   * Counted in halves and not from the clock: after a stall of the whole process a timer fires once, before the answers that lie
   * ready are read.
   */
  #lookForHung(imageSeconds: number): void {
    for (const job of this.#jobs.values()) job.halves++;
    if (this.#hung === undefined && [...this.#jobs.values()].some(({ halves }) => halves > 2)) {
      this.#abandon(`an image took longer than ${imageSeconds} s`);
    }
  }

  /**
   * ONNX Runtime aborts the whole process when its thread is ended from outside during a run, so the thread is asked first: it
   * ends after the run. Only one that is still there after the grace is ended.
   */
  #abandon(why: string): void {
    this.#hung = why;
    this.#loseAll();
    this.#post({ kind: "close" });
    const end = setTimeout(() => void this.#worker.terminate(), this.#graceSeconds * 1000);
    end.unref();
    void this.ended.then(() => clearTimeout(end));
  }

  #loseAll(): void {
    for (const job of [...this.#jobs.keys()]) this.#finish(job, { reason: "embed_failed" });
  }
}

/** Its own copy, so that it can be moved to the thread: the bytes often are a part of a body that others read too. */
function copyOf(image: ImageInput): ImageInput {
  if (image.kind === "rgb") return { ...image, data: new Uint8Array(image.data) };
  return { kind: "encoded", bytes: new Uint8Array(image.bytes) };
}

function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    let fault: Error | undefined;
    worker.on("error", (error) => {
      fault = error as Error;
    });
    worker.once("exit", (code) => resolve(fault?.message ?? `its thread ended with code ${code}`));
  });
}

async function firstAnswer(
  worker: Worker,
  ended: Promise<string>,
  path: string,
  limitSeconds: number,
): Promise<NetworkIdentity> {
  const refuse = (what: string): never => {
    throw new VisionError("MODEL_FILE_INVALID", `${path} cannot be used: ${what}`);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), limitSeconds * 1000);
  });
  const answer = new Promise<FromThread>((resolve) => worker.once("message", resolve));
  const first = await Promise.race([answer, ended, late]).finally(() => clearTimeout(timer));
  if (first === "late") {
    worker.unref();
    void worker.terminate();
    return refuse(`its self-test took longer than ${limitSeconds} s.`);
  }
  if (typeof first === "string") return refuse(first);
  if (first.kind === "ready") return { id: first.id, dimensions: first.dimensions };
  if (first.kind !== "refused") return refuse("its thread spoke out of turn.");
  throw new VisionError(first.code, first.message, { remedy: first.remedy });
}
