import { setImmediate as nextTurn } from "node:timers/promises";
import type { Change, Evicted, Store } from "../core/store.ts";
import type { StoreBounds } from "./store-bounds.ts";

interface Entry {
  readonly value: Uint8Array;
  readonly expiresAtSeconds: number;
}

/** Keys whose life ends in the same minute are forgotten together, so an eviction touches what it removes and little else. */
const BUCKET_SECONDS = 60;
/** Beside the bytes of key and value: the objects that hold them. */
const OVERHEAD_BYTES = 250;
/** A turn of the event loop ends after so many. */
const KEYS_PER_TURN = 5_000;

/** Forgets everything at a restart: the store without a state directory. */
export class MemoryStore implements Store {
  readonly #maxKeys: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #buckets = new Map<number, Set<string>>();
  #bytes = 0;
  #endedSeconds: number | undefined;

  constructor({ maxKeys, maxBytes = Number.POSITIVE_INFINITY }: StoreBounds) {
    this.#maxKeys = maxKeys;
    this.#maxBytes = maxBytes;
  }

  readonly writable = true;

  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.value;
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      this.#forget(change.key);
      if (change.value) this.#put(change.key, change);
    }
  }

  async count(): Promise<number> {
    return this.#entries.size;
  }

  async evict(nowSeconds: number): Promise<Evicted> {
    const age = await this.#forgetWhile((seconds) => seconds < nowSeconds);
    const size = await this.#giveUpWhile(() => this.#entries.size > this.#maxKeys);
    const bytes = await this.#giveUpWhile(() => this.#bytes > this.#maxBytes);
    return { age, size, bytes, ...(this.#endedSeconds !== undefined && { endedSeconds: this.#endedSeconds }) };
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#buckets.clear();
    this.#bytes = 0;
  }

  #giveUpWhile(over: () => boolean): Promise<number> {
    return this.#forgetWhile((seconds) => {
      if (!over()) return false;
      this.#endedSeconds = seconds;
      return true;
    });
  }

  /** The soonest to end first, until one is to be kept; returns how many. */
  async #forgetWhile(goes: (expiresAtSeconds: number) => boolean): Promise<number> {
    let forgotten = 0;
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      for (const [key, seconds] of this.#inOrder(bucket)) {
        // Another write may have come between two turns.
        if (this.#entries.get(key)?.expiresAtSeconds !== seconds) continue;
        if (!goes(seconds)) return forgotten;
        this.#forget(key);
        forgotten += 1;
        if (forgotten % KEYS_PER_TURN === 0) await nextTurn();
      }
    }
    return forgotten;
  }

  #inOrder(bucket: number): [string, number][] {
    const keys = [...(this.#buckets.get(bucket) ?? [])];
    const ends = keys.map((key): [string, number] => [key, (this.#entries.get(key) as Entry).expiresAtSeconds]);
    return ends.sort(([, a], [, b]) => a - b);
  }

  #put(key: string, { value, expiresAtSeconds }: Entry): void {
    this.#entries.set(key, { value, expiresAtSeconds });
    this.#bytes += bytesOf(key, value);
    const bucket = bucketOf(expiresAtSeconds);
    const keys = this.#buckets.get(bucket);
    if (keys) keys.add(key);
    else this.#buckets.set(bucket, new Set([key]));
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= bytesOf(key, entry.value);
    const bucket = bucketOf(entry.expiresAtSeconds);
    const keys = this.#buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) this.#buckets.delete(bucket);
  }
}

function bytesOf(key: string, value: Uint8Array): number {
  return OVERHEAD_BYTES + key.length + value.length;
}

function bucketOf(expiresAtSeconds: number): number {
  return Math.floor(expiresAtSeconds / BUCKET_SECONDS);
}
