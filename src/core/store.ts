/** A key gets a value and the end of its life (Unix time), or is deleted. */
export type Change =
  | { readonly key: string; readonly value: Uint8Array; readonly expiresAtSeconds: number }
  | { readonly key: string; readonly value?: undefined };

/** Keys that a store forgot, by reason. */
export interface Evicted {
  readonly age: number;
  readonly size: number;
  readonly bytes: number;
  readonly endedSeconds?: number;
}

/**
 * Keyed bytes that outlive the process, with a life span. Implementations: memory, LMDB; one contract suite.
 * Reads do not wait, so who reads, decides and writes in one go is alone: nothing can come in between.
 */
export interface Store {
  get(key: string): Uint8Array | undefined;
  /**
   * All of the changes or none. Every later read sees them at once; they are durable when the promise resolves. Writes become durable in
   * their order, and when one fails, so does every later one under way: it may have been decided on what the failed one showed. Without
   * changes it resolves when all that was shown so far is durable.
   */
  write(changes: readonly Change[]): Promise<void>;
  /** Number of live keys, as far as it is cheap to know. */
  count(): Promise<number>;
  /**
   * Forgets keys whose life span ended before `nowSeconds`, and the oldest beyond the bounds of number and bytes; returns how many of each since the
   * last time. Every key that would have ended before `endedSeconds` was given up to keep a bound.
   */
  evict(nowSeconds: number): Promise<Evicted>;
  /** False while writes are refused, because the disk is full or has failed. */
  readonly writable: boolean;
  close(): Promise<void>;
}

/** Why something was not written: too much waits for the disk already. */
export class StoreBehindError extends Error {
  constructor() {
    super("too many writes wait for the disk");
    this.name = "StoreBehindError";
  }
}
