import type { Change, Store } from "../core/store.ts";
import type { Evicted, StoreBounds } from "./store-bounds.ts";

interface Entry {
  readonly value: Uint8Array;
  readonly expiresAtSeconds: number;
}

/** Keys whose life ends in the same minute are forgotten together, so an eviction touches what it removes and little else. */
const BUCKET_SECONDS = 60;

/** Forgets everything at a restart: the store without a state directory. About 300 bytes a key. */
export class MemoryStore implements Store {
  readonly #bounds: StoreBounds;
  readonly #entries = new Map<string, Entry>();
  readonly #buckets = new Map<number, Set<string>>();

  constructor(bounds: StoreBounds) {
    this.#bounds = bounds;
  }

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
    const before = this.#entries.size;
    const buckets = [...this.#buckets.keys()].sort((a, b) => a - b);
    for (const bucket of buckets.filter((bucket) => bucket * BUCKET_SECONDS < nowSeconds)) {
      for (const key of this.#buckets.get(bucket) ?? []) {
        if ((this.#entries.get(key) as Entry).expiresAtSeconds < nowSeconds) this.#forget(key);
      }
    }
    const age = before - this.#entries.size;
    for (const key of this.#soonestToEnd(this.#entries.size - this.#bounds.maxKeys)) this.#forget(key);
    return { age, size: before - age - this.#entries.size };
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#buckets.clear();
  }

  #put(key: string, { value, expiresAtSeconds }: Entry): void {
    this.#entries.set(key, { value, expiresAtSeconds });
    const bucket = bucketOf(expiresAtSeconds);
    const keys = this.#buckets.get(bucket);
    if (keys) keys.add(key);
    else this.#buckets.set(bucket, new Set([key]));
  }

  #soonestToEnd(count: number): string[] {
    const soonest: string[] = [];
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      if (soonest.length >= count) break;
      const keys = [...(this.#buckets.get(bucket) ?? [])];
      keys.sort((a, b) => this.#expiry(a) - this.#expiry(b));
      soonest.push(...keys.slice(0, count - soonest.length));
    }
    return soonest;
  }

  #expiry(key: string): number {
    return (this.#entries.get(key) as Entry).expiresAtSeconds;
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const bucket = bucketOf(entry.expiresAtSeconds);
    const keys = this.#buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) this.#buckets.delete(bucket);
  }
}

function bucketOf(expiresAtSeconds: number): number {
  return Math.floor(expiresAtSeconds / BUCKET_SECONDS);
}
