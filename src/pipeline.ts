import type { Clock } from "./core/clock.ts";
import type { ImageDropReason } from "./core/drop-reasons.ts";
import type { Exchange } from "./core/exchange.ts";
import { imageSizeBytes, withoutItsBody } from "./core/image-bytes.ts";
import type { Inference } from "./core/inference.ts";
import type { Outcome } from "./core/prediction.ts";
import { StoreBehindError } from "./core/store.ts";
import type { Extractor, StageSeconds } from "./features/extractor.ts";
import { type DecodedExchange, decodeExchange, type IntakeOptions } from "./intake/index.ts";
import { type Activation, resolveOutcome } from "./intake/outcome.ts";
import type { Telemetry } from "./metrics/self.ts";
import type { Monitor, PredictionToRecord } from "./monitor/monitor.ts";
import { BoundedQueue } from "./sampling/bounded-queue.ts";
import type { Sampler } from "./sampling/sampler.ts";
import type { StrainReason } from "./strain/strain.ts";

export interface PipelineParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly monitor: Monitor;
  readonly extractor: Extractor;
  readonly predictionSampler: Sampler;
  readonly imageSampler: Sampler;
  /** Why no image may be taken on now; predictions are recorded all the same. */
  readonly strain: () => StrainReason | undefined;
}

export interface PipelineOptions {
  readonly intake: IntakeOptions;
  readonly classes: readonly string[];
  readonly activation: Activation;
  readonly keepThumbnails: boolean;
  readonly queueLength: number;
  readonly queueBytes: number;
  readonly concurrency: number;
}

type Counted = (prediction: PredictionToRecord) => void;

/** Exchanges that are being decoded hold their bodies; a stream of compressed ones could come faster than they are unpacked. */
const MOST_DECODING_BYTES = 128 * 2 ** 20;

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
  readonly #analysing = new Set<ImageJob>();
  readonly #forgotten = new WeakSet<ImageJob>();
  #decodingBytes = 0;

  constructor(parts: PipelineParts, options: PipelineOptions) {
    this.#parts = parts;
    this.#options = options;
    const { queueLength: length, queueBytes: bytes, concurrency } = options;
    const size = { length, bytes, bytesOf: ({ inference }: ImageJob) => imageSizeBytes(inference), concurrency };
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
  infer(inference: Inference, sampledWeight?: number, counted?: Counted): Promise<void> {
    return this.#track(this.#takeInference(inference, sampledWeight, counted));
  }

  /**
   * All of them, as fast as images can be analysed: a sender that waits for the answer is slowed down instead of overflowing the queue. Resolves when
   * the predictions are durable, which they become together. `counted` is told of each prediction that is, with the number of its inference.
   */
  async inferAll(
    inferences: readonly Inference[],
    counted?: (index: number, prediction: PredictionToRecord) => void,
  ): Promise<void> {
    const written: Promise<void>[] = [];
    for (const [index, inference] of inferences.entries()) {
      await this.#images.room(imageSizeBytes(inference));
      written.push(this.infer(inference, undefined, counted && ((prediction) => counted(index, prediction))));
    }
    await Promise.all(written);
  }

  /** Drops the images of these ids that wait or are being analysed; returns how many. */
  forget(ids: readonly string[]): number {
    const matches = ({ inference }: ImageJob): boolean => inference.ids.some((id) => ids.includes(id));
    const removed = this.#images.remove(matches);
    this.#parts.telemetry.imageDropped("forgotten", removed);
    const analysing = [...this.#analysing].filter(matches);
    for (const job of analysing) this.#forgotten.add(job);
    return removed + analysing.length;
  }

  /** Lets go of the images that wait, and counts them. */
  shedImages(reason: StrainReason): void {
    this.#parts.telemetry.imageDropped(
      reason,
      this.#images.remove(() => true),
    );
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
    const decoded = await this.#decode(exchange);
    if ("reason" in decoded) return this.#parts.telemetry.exchangeDropped(decoded.reason);
    const written = decoded.inferences.map((inference) => this.#takeInference(inference, weight));
    return Promise.all(written).then(() => undefined);
  }

  /** One is always decoded, however large. */
  async #decode(exchange: Exchange): Promise<DecodedExchange> {
    const bytes = exchange.requestBody.length + exchange.responseBody.length;
    if (this.#decodingBytes > 0 && this.#decodingBytes + bytes > MOST_DECODING_BYTES) return { reason: "queue_full" };
    this.#decodingBytes += bytes;
    try {
      return await decodeExchange(exchange, this.#options.intake);
    } finally {
      this.#decodingBytes -= bytes;
    }
  }

  #takeInference(inference: Inference, sampledWeight: number | undefined, counted?: Counted): Promise<void> {
    const { clock, telemetry, predictionSampler } = this.#parts;
    telemetry.imageSeen(inference.timeSeconds);
    const weight = sampledWeight ?? predictionSampler.keep(inference.ids[0] ?? "", clock.monotonicSeconds());
    if (weight === undefined) return Promise.resolve();
    const outcome = this.#resolve(inference);
    const written = outcome ? this.#recordPrediction(inference, outcome, weight, counted) : Promise.resolve();
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
    const strain = this.#parts.strain();
    if (strain) {
      telemetry.imageDropped(strain);
      return;
    }
    // Copied now and not when its turn comes: until then the body that it is a part of would be held.
    const job = { inference: withoutItsBody(inference), outcome, weight: predictionWeight * imageWeight };
    if (!this.#images.offer(job)) telemetry.imageDropped("queue_full");
  }

  /** The prediction is counted in any case; when the store fails or is behind, only its label can no longer be joined. */
  #recordPrediction(
    { ids, timeSeconds, modelVersion }: Inference,
    outcome: Outcome,
    weight: number,
    counted: Counted | undefined,
  ): Promise<void> {
    const { monitor, telemetry } = this.#parts;
    const prediction = { ids, timeSeconds, modelVersion, outcome, weight };
    counted?.(prediction);
    return monitor.recordPrediction(prediction).catch((error) => {
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
    this.#analysing.add(job);
    try {
      const reason = await this.#measureAndRecord(job);
      if (reason) telemetry.imageDropped(reason);
      else telemetry.imageAnalysed();
    } catch {
      telemetry.imageDropped("internal");
    } finally {
      this.#analysing.delete(job);
    }
  }

  async #measureAndRecord(job: ImageJob): Promise<ImageDropReason | undefined> {
    const { inference, outcome, weight } = job;
    if (!inference.image) return "no_image";
    const { monitor } = this.#parts;
    const wishes = { embedding: !inference.embedding, thumbnail: this.#options.keepThumbnails };
    const extracted = await this.#parts.extractor.extract(inference.image, wishes);
    this.#countStages(extracted.seconds);
    if ("reason" in extracted) return extracted.reason;
    const { statistics, thumbnail } = extracted;
    const embedding = inference.embedding ?? extracted.embedding;
    if (!embedding) return "embed_failed";
    if (!embedding.every(Number.isFinite)) return "not_finite";
    if (embedding.length !== (monitor.embeddingLength ?? embedding.length)) return "embed_failed";
    const { ids, timeSeconds } = inference;
    if (this.#forgotten.has(job)) return "forgotten";
    monitor.recordImage({
      ids,
      timeSeconds,
      weight,
      statistics,
      embedding,
      ...(outcome && { outcome }),
      ...(thumbnail && { thumbnail }),
    });
    return undefined;
  }

  #countStages(seconds: StageSeconds | undefined): void {
    const { telemetry } = this.#parts;
    if (seconds) telemetry.stageTook("decode", seconds.decode);
    if (seconds?.embed !== undefined) telemetry.stageTook("embed", seconds.embed);
  }
}
