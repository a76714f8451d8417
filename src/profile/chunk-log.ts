import { Profile, type ProfileShape, type ProfileState } from "./profile.ts";

/** A span that is compared with the reference: the last so many seconds, or the last so many analysed images. */
export type WindowSpec =
  | { readonly name: string; readonly durationSeconds: number }
  | { readonly name: string; readonly images: number };

export interface ChunkLogOptions {
  readonly shape: ProfileShape;
  /** The live chunk closes after this time or this many images. */
  readonly chunkSeconds: number;
  readonly chunkImages: number;
  /** Older chunks are forgotten. */
  readonly retentionSeconds: number;
}

export interface ChunkLogState {
  readonly version: 1;
  readonly chunks: readonly {
    readonly startSeconds: number;
    readonly endSeconds: number;
    readonly profile: ProfileState;
  }[];
}

interface Chunk {
  startSeconds: number;
  /** At most where the next one starts; Infinity while it is live. */
  endSeconds: number;
  readonly profile: Profile;
  /** Grows with everything that is recorded after the chunk was closed. */
  revision: number;
}

/** Two neighbours become one once both are older than this many times their joint length. */
const AGE_PER_LENGTH = 8;

/**
 * Traffic as Profiles in a row: closed chunks and the live one. Chunks age into longer ones, so a log of any retention T holds about
 * 8·log₂(T / chunkSeconds) of them. The edge of a window of length D falls into a chunk of at most max(chunkSeconds, D/8) seconds; the
 * chunk is in when its middle is, so a window is off by at most half of that.
 */
export class ChunkLog {
  readonly #options: ChunkLogOptions;
  #chunks: Chunk[] = [];
  #merged = new Map<string, { readonly key: string; readonly profile: Profile }>();
  #identity = new WeakMap<Profile, number>();
  #nextIdentity = 0;
  #ignoredCount = 0;
  /** Of the last `advance`. Not the newest time recorded: one sender's clock may run ahead. */
  #nowSeconds = Number.NEGATIVE_INFINITY;

  constructor(options: ChunkLogOptions) {
    this.#options = options;
  }

  /** Number of chunks, the live one included. */
  get length(): number {
    return this.#chunks.length;
  }

  /** How often `live` was asked for a time that is older than what is kept. */
  get ignoredCount(): number {
    return this.#ignoredCount;
  }

  /**
   * Where something of this time belongs: the live chunk, an earlier one for a latecomer, or a Profile that nobody will read when it is
   * older than what is kept.
   */
  live(timeSeconds: number): Profile {
    const { shape, chunkSeconds, chunkImages, retentionSeconds } = this.#options;
    if (timeSeconds < this.#nowSeconds - retentionSeconds) {
      this.#ignoredCount += 1;
      return new Profile(shape);
    }
    const last = this.#chunks.at(-1);
    if (!last) return this.#start(timeSeconds).profile;
    if (timeSeconds < last.startSeconds) return this.#at(timeSeconds).profile;
    const full = last.profile.images.count >= chunkImages;
    if (!full && timeSeconds < last.startSeconds + chunkSeconds) return last.profile;
    return this.#startAfter(last, timeSeconds).profile;
  }

  /** The chunk of a past prediction; undefined when it is older than everything that is kept. */
  at(timeSeconds: number): Profile | undefined {
    const first = this.#chunks[0];
    if (!first || timeSeconds < first.startSeconds) return undefined;
    return this.#at(timeSeconds).profile;
  }

  /** Closes what is over, merges what has aged and forgets what is too old. True when a chunk closed. */
  advance(nowSeconds: number): boolean {
    this.#nowSeconds = nowSeconds;
    this.#pullBack(nowSeconds);
    const last = this.#chunks.at(-1);
    const closes = last !== undefined && nowSeconds >= last.startSeconds + this.#options.chunkSeconds;
    if (closes) this.#startAfter(last, nowSeconds);
    for (const chunk of this.#chunks.slice(0, -1)) chunk.profile.close();
    this.#chunks = this.#chunks.filter(({ endSeconds }) => endSeconds >= nowSeconds - this.#options.retentionSeconds);
    this.#age(nowSeconds);
    return closes;
  }

  /** The merge of the chunks of a window, for reading only. */
  window(spec: WindowSpec, nowSeconds: number): Profile {
    const chunks =
      "images" in spec ? this.#lastImages(spec.images) : this.#lastSeconds(spec.durationSeconds, nowSeconds);
    const live = chunks.at(-1) === this.#chunks.at(-1) ? chunks.at(-1) : undefined;
    const window = this.#mergeClosed(spec.name, live ? chunks.slice(0, -1) : chunks).clone();
    if (live) window.merge(live.profile);
    return window;
  }

  toState(): ChunkLogState {
    const chunks = this.#chunks.map(({ startSeconds, endSeconds, profile }) => ({
      startSeconds,
      endSeconds,
      profile: profile.toState(),
    }));
    return { version: 1, chunks };
  }

  /** Takes up the chunks of a state. Throws a RangeError for a state of another version or shape. */
  restore(state: ChunkLogState): void {
    if (state.version !== 1) throw new RangeError(`chunk log of version ${state.version}; this is version 1`);
    this.#chunks = state.chunks.map(({ startSeconds, endSeconds, profile }) => {
      const own = new Profile(this.#options.shape);
      own.merge(Profile.fromState(profile));
      return { startSeconds, endSeconds, profile: own, revision: 0 };
    });
    this.#merged.clear();
  }

  #start(startSeconds: number): Chunk {
    const chunk: Chunk = {
      startSeconds,
      endSeconds: Number.POSITIVE_INFINITY,
      profile: new Profile(this.#options.shape),
      revision: 0,
    };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** A chunk never reaches into the silence after it: the edge of a window would be as wrong as the silence is long. */
  #startAfter(last: Chunk, startSeconds: number): Chunk {
    last.endSeconds = Math.min(startSeconds, last.startSeconds + this.#options.chunkSeconds);
    return this.#start(startSeconds);
  }

  /** After a clock went back, or a sender's ran ahead, chunks lie in the future, where nothing would close or forget them. */
  #pullBack(nowSeconds: number): void {
    for (const chunk of this.#chunks) {
      chunk.startSeconds = Math.min(chunk.startSeconds, nowSeconds);
      if (Number.isFinite(chunk.endSeconds)) chunk.endSeconds = Math.min(chunk.endSeconds, nowSeconds);
    }
  }

  /** The last chunk that starts at or before this time, or else the first. It is about to change. */
  #at(timeSeconds: number): Chunk {
    const chunk =
      this.#chunks.findLast(({ startSeconds }) => startSeconds <= timeSeconds) ?? (this.#chunks[0] as Chunk);
    chunk.revision += 1;
    return chunk;
  }

  #age(nowSeconds: number): void {
    const aged: Chunk[] = [];
    for (const chunk of this.#chunks) {
      const before = aged.at(-1);
      const jointSeconds = chunk.endSeconds - (before?.startSeconds ?? 0);
      if (before && nowSeconds - chunk.endSeconds >= AGE_PER_LENGTH * jointSeconds) {
        before.profile.merge(chunk.profile);
        before.endSeconds = chunk.endSeconds;
        before.revision += 1;
      } else {
        aged.push(chunk);
      }
    }
    this.#chunks = aged;
  }

  #lastSeconds(durationSeconds: number, nowSeconds: number): Chunk[] {
    const start = nowSeconds - durationSeconds;
    return this.#chunks.filter((chunk) => (chunk.startSeconds + Math.min(chunk.endSeconds, nowSeconds)) / 2 >= start);
  }

  #lastImages(images: number): Chunk[] {
    let sum = 0;
    let first = this.#chunks.length;
    while (first > 0 && sum < images) sum += this.#chunks[--first]?.profile.images.count ?? 0;
    return this.#chunks.slice(first);
  }

  /** Merging is the costly part of a window, so it is done again only when one of its closed chunks is another or has changed. */
  #mergeClosed(name: string, chunks: readonly Chunk[]): Profile {
    const key = chunks.map(({ profile, revision }) => `${this.#identify(profile)}.${revision}`).join();
    const known = this.#merged.get(name);
    if (known?.key === key) return known.profile;
    const profile = new Profile(this.#options.shape);
    for (const chunk of chunks) profile.merge(chunk.profile);
    this.#merged.set(name, { key, profile });
    return profile;
  }

  #identify(profile: Profile): number {
    const known = this.#identity.get(profile) ?? ++this.#nextIdentity;
    this.#identity.set(profile, known);
    return known;
  }
}
