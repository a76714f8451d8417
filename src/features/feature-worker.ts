import type { Clock } from "../core/clock.ts";
import type { ImageInput } from "../core/inference.ts";
import type { Extraction, Extractor, Wishes } from "./extractor.ts";
import { FeatureThread, type ThreadOptions } from "./feature-thread.ts";
import type { NetworkIdentity } from "./messages.ts";
import { RestartPolicy, type RestartTimes } from "./restart-policy.ts";

export interface FeatureWorkerOptions extends ThreadOptions {
  readonly clock: Clock;
  readonly restart?: RestartTimes;
  /** The thread is gone, or could not be started again. */
  onDown?(down: { readonly why: string; readonly restartSeconds: number }): void;
  onUp?(): void;
}

export interface FeatureHealth {
  readonly up: boolean;
  /** Why not. */
  readonly fault?: string;
}

const OTHER_NETWORK = "the network's file is not the one of the start; reload the configuration to take it up";

/**
 * Keeps a thread for images running. What ends the thread loses the images under way (`embed_failed`); until it is up again others
 * are turned away (`embedder_down`).
 */
export class FeatureWorker implements Extractor {
  readonly identity: NetworkIdentity;
  readonly #options: FeatureWorkerOptions;
  readonly #policy: RestartPolicy;
  #thread: FeatureThread | undefined;
  #fault: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** Throws MODEL_FILE_INVALID: the first start is not tried again. */
  static async start(options: FeatureWorkerOptions): Promise<FeatureWorker> {
    return new FeatureWorker(await FeatureThread.start(options), options);
  }

  private constructor(thread: FeatureThread, options: FeatureWorkerOptions) {
    this.identity = thread.identity;
    this.#options = options;
    this.#policy = new RestartPolicy(options.restart);
    this.#use(thread);
  }

  get health(): FeatureHealth {
    const fault = this.#fault ?? this.#thread?.fault;
    return fault === undefined ? { up: true } : { up: false, fault };
  }

  extract(image: ImageInput, wishes: Wishes): Promise<Extraction> {
    if (!this.#thread || this.#thread.fault !== undefined) return Promise.resolve({ reason: "embedder_down" });
    return this.#thread.extract(image, wishes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#thread?.close();
  }

  #use(thread: FeatureThread): void {
    const { clock } = this.#options;
    const startSeconds = clock.monotonicSeconds();
    this.#thread = thread;
    this.#fault = undefined;
    void thread.ended.then((why) => {
      this.#thread = undefined;
      if (!this.#closed) this.#down(why, clock.monotonicSeconds() - startSeconds);
    });
  }

  #down(why: string, upSeconds: number): void {
    const restartSeconds = this.#policy.ended(upSeconds);
    this.#fault = why;
    this.#options.onDown?.({ why, restartSeconds });
    this.#retry = setTimeout(() => void this.#restart(), restartSeconds * 1000);
    this.#retry.unref();
  }

  async #restart(): Promise<void> {
    try {
      const thread = await FeatureThread.start(this.#options);
      // Vectors of another network cannot be compared with those before.
      const isOther = thread.identity.id !== this.identity.id;
      if (this.#closed || isOther) await thread.close();
      if (isOther) throw new Error(OTHER_NETWORK);
      if (this.#closed) return;
      this.#use(thread);
      this.#options.onUp?.();
    } catch (error) {
      if (!this.#closed) this.#down((error as Error).message, 0);
    }
  }
}
