import type { Clock } from "./core/clock.ts";
import type { ImageDropReason } from "./core/drop-reasons.ts";
import type { Exchange } from "./core/exchange.ts";
import type { Inference } from "./core/inference.ts";
import type { Outcome } from "./core/prediction.ts";
import { StoreBehindError } from "./core/store.ts";
import type { Embedder } from "./embedding/embedder.ts";
import type { Decoder } from "./image/decode.ts";
import { computeStatistics } from "./image/statistics/index.ts";
import { thumbnail } from "./image/thumbnail.ts";
import { decodeExchange, type IntakeOptions } from "./intake/index.ts";
import { type Activation, resolveOutcome } from "./intake/outcome.ts";
import type { Telemetry } from "./metrics/self.ts";
import type { Monitor } from "./monitor/monitor.ts";
import { BoundedQueue } from "./sampling/bounded-queue.ts";
import type { Sampler } from "./sampling/sampler.ts";

export interface PipelineParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly monitor: Monitor;
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly predictionSampler: Sampler;
  readonly imageSampler: Sampler;
}

export interface PipelineOptions {
  readonly intake: IntakeOptions;
  readonly classes: readonly string[];
  readonly activation: Activation;
  readonly keepThumbnails: boolean;
  readonly queueLength: number;
  readonly concurrency: number;
}

interface ImageJob {
  readonly inference: Inference;
  readonly outcome: Outcome | undefined;
  readonly weight: number;
}

/**
 * The stages in order: exchange → inferences → prediction recorded → image selected → decoded → measured → embedded → recorded.
 * Nothing here throws on bad input: each stage that gives up counts its reason, and the rest goes on.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #options: PipelineOptions;
  readonly #images: BoundedQueue<ImageJob>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: PipelineParts, options: PipelineOptions) {
    this.#parts = parts;
    this.#options = options;
    const size = { length: options.queueLength, concurrency: options.concurrency };
    this.#images = new BoundedQueue(size, (job) => this.#analyse(job));
  }

  get queue(): { readonly length: number; readonly capacity: number } {
    return this.#images;
  }

  /**
   * `weight` is 1 / the share of exchanges that the sender handed over; without it the sampling of predictions happens here. Resolves when
   * the predictions are durable.
   */
  exchange(exchange: Exchange, weight?: number): Promise<void> {
    return this.#track(this.#takeExchange(exchange, weight));
  }

  /** Records the prediction and, when the image is selected, queues it for analysis, both at once. Resolves when the prediction is durable. */
  infer(inference: Inference, sampledWeight?: number): Promise<void> {
    return this.#track(this.#takeInference(inference, sampledWeight));
  }

  /**
   * All of them, as fast as images can be analysed: a sender that waits for the answer is slowed down instead of overflowing the queue. Resolves when
   * the predictions are durable, which they become together.
   */
  async inferAll(inferences: readonly Inference[]): Promise<void> {
    const written: Promise<void>[] = [];
    for (const inference of inferences) {
      await this.#images.room();
      written.push(this.infer(inference));
    }
    await Promise.all(written);
  }

  /** Resolves once every prediction taken is durable and every queued image is analysed. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#images.idle();
  }

  #track(work: Promise<void>): Promise<void> {
    const done = (): boolean => this.#underWay.delete(work);
    this.#underWay.add(work);
    work.then(done, done);
    return work;
  }

  /** Awaits nothing beyond the decoding: what waits for the disk must not hold images in memory. */
  async #takeExchange(exchange: Exchange, weight: number | undefined): Promise<void> {
    this.#parts.telemetry.exchangeSeen();
    const decoded = await decodeExchange(exchange, this.#options.intake);
    if ("reason" in decoded) return this.#parts.telemetry.exchangeDropped(decoded.reason);
    const written = decoded.inferences.map((inference) => this.#takeInference(inference, weight));
    return Promise.all(written).then(() => undefined);
  }

  #takeInference(inference: Inference, sampledWeight: number | undefined): Promise<void> {
    const { clock, telemetry, predictionSampler } = this.#parts;
    telemetry.imageSeen(inference.timeSeconds);
    const weight = sampledWeight ?? predictionSampler.keep(inference.ids[0] ?? "", clock.monotonicSeconds());
    if (weight === undefined) return Promise.resolve();
    const outcome = this.#resolve(inference);
    const written = outcome ? this.#recordPrediction(inference, outcome, weight) : Promise.resolve();
    this.#selectImage(inference, outcome, weight);
    return written;
  }

  #selectImage(inference: Inference, outcome: Outcome | undefined, predictionWeight: number): void {
    const { clock, telemetry, imageSampler } = this.#parts;
    if (!inference.image && !inference.embedding) {
      telemetry.imageDropped("no_image");
      return;
    }
    // Another hash than the predictions' own, so that the two choices are independent and their weights multiply.
    const imageWeight = imageSampler.keep(`image ${inference.ids[0] ?? ""}`, clock.monotonicSeconds());
    if (imageWeight === undefined) return;
    telemetry.imageSelected();
    const weight = predictionWeight * imageWeight;
    if (!this.#images.offer({ inference, outcome, weight })) telemetry.imageDropped("queue_full");
  }

  /** The prediction is counted in any case; when the store fails or is behind, only its label can no longer be joined. */
  #recordPrediction({ ids, timeSeconds, modelVersion }: Inference, outcome: Outcome, weight: number): Promise<void> {
    const { monitor, telemetry } = this.#parts;
    return monitor.recordPrediction({ ids, timeSeconds, modelVersion, outcome, weight }).catch((error) => {
      if (error instanceof StoreBehindError) telemetry.predictionNotKept();
      else telemetry.storeFailed(error);
    });
  }

  #resolve(inference: Inference): Outcome | undefined {
    const resolved = resolveOutcome(inference.prediction, this.#options.classes, this.#options.activation);
    if ("outcome" in resolved) return resolved.outcome;
    this.#parts.telemetry.predictionRejected(resolved.reason);
    return undefined;
  }

  async #analyse(job: ImageJob): Promise<void> {
    const { telemetry } = this.#parts;
    try {
      const reason = await this.#measureAndRecord(job);
      if (reason) telemetry.imageDropped(reason);
      else telemetry.imageAnalysed();
    } catch {
      telemetry.imageDropped("internal");
    }
  }

  async #measureAndRecord({ inference, outcome, weight }: ImageJob): Promise<ImageDropReason | undefined> {
    const { telemetry, decoder, embedder, monitor } = this.#parts;
    if (!inference.image) return "no_image";
    const image = inference.image;
    const decoded = await telemetry.timed("decode", () => decoder.decode(image));
    if ("reason" in decoded) return decoded.reason;
    const { pixels } = decoded;
    const statistics = computeStatistics(pixels);
    const embedding = inference.embedding ?? (await telemetry.timed("embed", () => this.#embed(embedder, pixels)));
    if (!embedding) return "embed_failed";
    if (!embedding.every(Number.isFinite)) return "not_finite";
    const { ids, timeSeconds } = inference;
    monitor.recordImage({
      ids,
      timeSeconds,
      weight,
      statistics,
      embedding,
      ...(outcome && { outcome }),
      ...(this.#options.keepThumbnails && { thumbnail: await thumbnail(pixels) }),
    });
    return undefined;
  }

  async #embed(
    embedder: Embedder,
    pixels: Parameters<Embedder["embed"]>[0][number],
  ): Promise<Float32Array | undefined> {
    try {
      return (await embedder.embed([pixels]))[0];
    } catch {
      return undefined;
    }
  }
}
