import type { Clock } from "../core/clock.ts";
import type { ImageDropReason } from "../core/drop-reasons.ts";
import type { ImageInput } from "../core/inference.ts";
import type { Embedder } from "../embedding/embedder.ts";
import type { Decoder } from "../image/decode.ts";
import type { Pixels } from "../image/pixels.ts";
import { computeStatistics } from "../image/statistics/index.ts";
import { thumbnail } from "../image/thumbnail.ts";

/** What is wanted of an image beside its statistics. */
export interface Wishes {
  /** False when the model sent a vector of its own. */
  readonly embedding: boolean;
  readonly thumbnail: boolean;
}

/** How long the stages took; a stage that did not run is absent. */
export interface StageSeconds {
  readonly decode: number;
  readonly embed?: number;
}

/** All that an image leaves behind; its pixels are gone. */
export interface Extracted {
  /** In the order of `image/statistics/index.ts`. */
  readonly statistics: Float64Array;
  readonly embedding?: Float32Array;
  readonly thumbnail?: Uint8Array;
  readonly seconds: StageSeconds;
}

export type Extraction = Extracted | { readonly reason: ImageDropReason; readonly seconds?: StageSeconds };

/** An image's bytes → statistics, vector and thumbnail. */
export interface Extractor {
  /** Never rejects: an image that gives nothing gives a reason. */
  extract(image: ImageInput, wishes: Wishes): Promise<Extraction>;
}

export interface ExtractorParts {
  readonly decoder: Decoder;
  readonly embedder: Pick<Embedder, "embed">;
  readonly clock: Pick<Clock, "monotonicSeconds">;
}

/** Extracts on the calling thread. */
export class DirectExtractor implements Extractor {
  readonly #parts: ExtractorParts;

  constructor(parts: ExtractorParts) {
    this.#parts = parts;
  }

  async extract(image: ImageInput, wishes: Wishes): Promise<Extraction> {
    try {
      return await this.#extract(image, wishes);
    } catch {
      return { reason: "internal" };
    }
  }

  async #extract(image: ImageInput, wishes: Wishes): Promise<Extraction> {
    const [decoded, decode] = await this.#timed(this.#parts.decoder.decode(image));
    if ("reason" in decoded) return { reason: decoded.reason, seconds: { decode } };
    const { pixels } = decoded;
    const statistics = computeStatistics(pixels);
    const small = wishes.thumbnail ? { thumbnail: await thumbnail(pixels) } : {};
    if (!wishes.embedding) return { statistics, ...small, seconds: { decode } };
    const [embedding, embed] = await this.#timed(this.#embed(pixels));
    const seconds = { decode, embed };
    if (!embedding) return { reason: "embed_failed", seconds };
    return { statistics, embedding, ...small, seconds };
  }

  async #embed(pixels: Pixels): Promise<Float32Array | undefined> {
    try {
      return (await this.#parts.embedder.embed([pixels]))[0];
    } catch {
      return undefined;
    }
  }

  async #timed<T>(work: Promise<T>): Promise<readonly [T, number]> {
    const { clock } = this.#parts;
    const start = clock.monotonicSeconds();
    return [await work, clock.monotonicSeconds() - start];
  }
}
