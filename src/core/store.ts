/**
 * Keyed bytes that outlive the process, with a life span. Implementations: memory, LMDB, Valkey; one contract suite.
 * A write is visible to every later read of the same process at once, and durable when the promise of `put` resolves.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: Uint8Array, expiresAtSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Number of live keys, as far as it is cheap to know. */
  count(): Promise<number>;
  /** Forgets keys whose life span ended before `nowSeconds`, and the oldest beyond the size bound; returns how many of each. */
  evict(nowSeconds: number): Promise<{ readonly age: number; readonly size: number }>;
  close(): Promise<void>;
}
