import { createHash } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { type Database, open, type RootDatabase } from "lmdb";
import { VisionError } from "../core/errors.ts";
import type { Change, Store } from "../core/store.ts";
import { Batches, type Write } from "./batches.ts";
import { FreeSpace, type FreeSpaceOptions } from "./free-space.ts";
import type { Evicted, StoreBounds } from "./store-bounds.ts";

const KEY_BYTES = 16;
const EXPIRY_BYTES = 8;
/** Most keys of one transaction, so that it cannot hold the event loop for long. */
const BATCH_KEYS = 512;
/** Of the time, a commit takes a third at most, and what is to be written waits no longer than this. */
const PAUSE_PER_COMMIT = 2;
const LONGEST_PAUSE_MILLISECONDS = 50;

export interface LmdbOptions extends StoreBounds, FreeSpaceOptions {
  /** For tests. */
  readonly batchKeys?: number;
}

/**
 * Keys on disk. Two tables: `values` (hash of the key → expiry ++ value) and `expiry` (expiry ++ hash, in order), so that
 * forgetting is a range at the front. Keys are kept as the first 16 bytes of SHA-256: one size for every id, and no id on disk.
 *
 * Writes share a synchronous transaction: it throws when it fails, is rolled back, and leaves reads as they were. Its commit holds the event
 * loop until the disk has it, some 10 ms on a slow one. So the store pauses between two commits and writes what came in meanwhile at once;
 * a batch that is full does not wait. A process that is killed loses what waited: nothing that was acknowledged.
 *
 * lmdb 3.5.6 does not bear a full disk. Its asynchronous writes raise rejections that nobody can catch, and then hang; a transaction that
 * fails to reach the disk is rolled back and throws, but may leave a corrupted heap behind (2 of 18 file-size limits tried ended in an
 * abort). So a write is refused with ENOSPC while there still is room, and taken again once there is more. After a failure that came all
 * the same (EIO, a quota) the store only reads until the process is started again.
 */
export class LmdbStore implements Store {
  readonly #environment: RootDatabase<Buffer, Buffer>;
  readonly #values: Database<Buffer, Buffer>;
  readonly #expiry: Database<Buffer, Buffer>;
  readonly #maxKeys: number;
  readonly #space: FreeSpace;
  readonly #batches: Batches;
  /** The failure after which nothing may be written any more. */
  #failure: unknown;
  #draining: Promise<void> | undefined;
  #pauseUntil = 0;

  /** Opens or creates the store. Throws STATE_UNUSABLE. */
  constructor(directory: string, { maxKeys, batchKeys = BATCH_KEYS, ...space }: LmdbOptions) {
    const binary = { encoding: "binary", keyEncoding: "binary" } as const;
    this.#maxKeys = maxKeys;
    this.#batches = new Batches(batchKeys);
    this.#space = new FreeSpace(directory, space);
    try {
      this.#environment = open({ path: directory, maxDbs: 2, overlappingSync: true, ...binary });
      this.#values = this.#environment.openDB({ name: "values", ...binary });
      this.#expiry = this.#environment.openDB({ name: "expiry", ...binary });
    } catch (cause) {
      throw new VisionError("STATE_UNUSABLE", `${directory}: ${(cause as Error).message}`, { cause });
    }
  }

  get(key: string): Uint8Array | undefined {
    const hash = hashOf(key);
    const waiting = this.#batches.find(hash);
    if (waiting) return waiting.value;
    const stored = this.#values.get(hash);
    return stored && new Uint8Array(stored.subarray(EXPIRY_BYTES));
  }

  write(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return this.#batches.settled();
    const settled = this.#batches.add(changes.map(toWrite));
    this.#draining ??= this.#drain();
    return settled;
  }

  async count(): Promise<number> {
    await this.#settled();
    return this.#entryCount();
  }

  async evict(nowSeconds: number): Promise<Evicted> {
    await this.#settled();
    const age = await this.#removeFirst(Number.POSITIVE_INFINITY, nowSeconds);
    const size = await this.#removeFirst(this.#entryCount() - this.#maxKeys, Number.POSITIVE_INFINITY);
    return { age, size };
  }

  async close(): Promise<void> {
    await this.#draining;
    if (this.#failure === undefined) await this.#environment.close();
  }

  async #drain(): Promise<void> {
    while (this.#batches.oldest) {
      await this.#pause();
      this.#commitOldest();
    }
    this.#draining = undefined;
  }

  async #pause(): Promise<void> {
    const milliseconds = this.#pauseUntil - performance.now();
    if (milliseconds > 0 && !this.#batches.oldestIsFull) await wait(milliseconds);
    else await nextTurn();
  }

  /** Nothing is awaited here: a write that came in between would be told that it is on disk. */
  #commitOldest(): void {
    const start = performance.now();
    try {
      this.#transact(() => {
        for (const write of this.#batches.oldest ?? []) this.#apply(write);
      });
      this.#batches.oldestDone();
    } catch (error) {
      this.#batches.allFailed(error);
    }
    const end = performance.now();
    this.#pauseUntil = end + Math.min(PAUSE_PER_COMMIT * (end - start), LONGEST_PAUSE_MILLISECONDS);
  }

  /** Resolves when what was written so far is on disk, or has failed. */
  #settled(): Promise<void> {
    return this.#batches.settled().catch(() => undefined);
  }

  /** All of the writes or none. */
  #transact(writes: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#space.hasRoom()) throw noSpace();
    try {
      this.#environment.transactionSync(writes);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #apply({ hash, value, expiresAtSeconds }: Write): void {
    const old = this.#values.get(hash);
    if (old) this.#expiry.removeSync(Buffer.concat([old.subarray(0, EXPIRY_BYTES), hash]));
    if (!value) {
      if (old) this.#values.removeSync(hash);
      return;
    }
    const expiry = encodeSeconds(expiresAtSeconds);
    this.#values.putSync(hash, Buffer.concat([expiry, value]));
    this.#expiry.putSync(Buffer.concat([expiry, hash]), Buffer.alloc(0));
  }

  /** Removes up to `count` keys, the soonest to end first, that end before `endSeconds`; returns how many. */
  async #removeFirst(count: number, endSeconds: number): Promise<number> {
    let removed = 0;
    const end = encodeSeconds(endSeconds);
    while (removed < count) {
      const limit = Math.min(BATCH_KEYS, count - removed);
      const first = [...this.#expiry.getKeys({ limit, end, snapshot: false })].map((key) => Buffer.from(key));
      this.#transact(() => {
        for (const key of first) {
          this.#expiry.removeSync(key);
          this.#values.removeSync(key.subarray(EXPIRY_BYTES));
        }
      });
      removed += first.length;
      if (first.length < limit) break;
      await nextTurn();
    }
    return removed;
  }

  #entryCount(): number {
    return (this.#values.getStats() as { entryCount: number }).entryCount;
  }
}

function toWrite(change: Change): Write {
  const expiresAtSeconds = change.value ? change.expiresAtSeconds : 0;
  return { hash: hashOf(change.key), value: change.value, expiresAtSeconds };
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key, "utf16le").digest().subarray(0, KEY_BYTES);
}

/** Doubles that are not negative sort like their big-endian bytes. */
function encodeSeconds(seconds: number): Buffer {
  const bytes = Buffer.alloc(EXPIRY_BYTES);
  bytes.writeDoubleBE(Math.max(0, seconds));
  return bytes;
}

function noSpace(): Error {
  return Object.assign(new Error("no space left for the store"), { code: "ENOSPC" });
}
