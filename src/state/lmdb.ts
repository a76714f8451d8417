import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Database, open, type RootDatabase } from "lmdb";
import { VisionError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import type { Evicted, StoreBounds } from "./store-bounds.ts";

const KEY_BYTES = 16;
const EXPIRY_BYTES = 8;
/** Writes that share one transaction; a full batch is committed at once, so a burst cannot hold the event loop for long. */
const BATCH = 512;

/** Below this much free space nothing is written any more; one batch needs a fraction of it. */
const LEAST_FREE_BYTES = 4 * 2 ** 20;

export interface LmdbOptions extends StoreBounds {
  /** Free bytes of the file system; for tests. */
  readonly freeBytes?: () => number;
}

interface Write {
  readonly hash: Buffer;
  /** Absent: the key is deleted. */
  readonly value?: Uint8Array;
  readonly expiresAtSeconds: number;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Keys on disk. Two tables: `values` (hash of the key → expiry ++ value) and `expiry` (expiry ++ hash, in order), so that
 * forgetting is a range at the front. Keys are kept as the first 16 bytes of SHA-256: one size for every id, and no id on disk.
 *
 * Writes of one turn of the event loop share a synchronous transaction: it throws when it fails, is rolled back, and leaves reads as they
 * were. A commit ends in the page cache, so a killed process loses nothing that was acknowledged; the flush to disk follows beside it,
 * so a power cut may lose the last moments, not the file.
 *
 * lmdb 3.5.6 does not bear a full disk. Its asynchronous writes raise rejections that nobody can catch, and then hang; after any
 * transaction that failed to reach the disk, the next one may abort the process on a corrupted heap (seen under a file-size limit). So a
 * write is refused with ENOSPC while there still is room, and taken again once there is more; and after a failure that came all the
 * same (EIO, a quota) the store only reads until the process is started again.
 */
export class LmdbStore implements Store {
  readonly #environment: RootDatabase<Buffer, Buffer>;
  readonly #values: Database<Buffer, Buffer>;
  readonly #expiry: Database<Buffer, Buffer>;
  readonly #maxKeys: number;
  readonly #freeBytes: () => number;
  /** The failure after which nothing may be written any more. */
  #failure: unknown;
  #batch = new Map<string, Write>();
  #waiters: Waiter[] = [];

  /** Opens or creates the store. Throws STATE_UNUSABLE. */
  constructor(directory: string, { maxKeys, freeBytes = () => freeBytesOf(directory) }: LmdbOptions) {
    const binary = { encoding: "binary", keyEncoding: "binary" } as const;
    this.#maxKeys = maxKeys;
    this.#freeBytes = freeBytes;
    try {
      this.#environment = open({ path: directory, maxDbs: 2, overlappingSync: true, ...binary });
      this.#values = this.#environment.openDB({ name: "values", ...binary });
      this.#expiry = this.#environment.openDB({ name: "expiry", ...binary });
    } catch (cause) {
      throw new VisionError("STATE_UNUSABLE", `${directory}: ${(cause as Error).message}`, { cause });
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const hash = hashOf(key);
    const pending = this.#batch.get(hash.toString("latin1"));
    if (pending) return pending.value;
    const stored = this.#values.get(hash);
    return stored && new Uint8Array(stored.subarray(EXPIRY_BYTES));
  }

  put(key: string, value: Uint8Array, expiresAtSeconds: number): Promise<void> {
    return this.#write({ hash: hashOf(key), value, expiresAtSeconds });
  }

  delete(key: string): Promise<void> {
    return this.#write({ hash: hashOf(key), expiresAtSeconds: 0 });
  }

  async count(): Promise<number> {
    this.#commit();
    return this.#entryCount();
  }

  async evict(nowSeconds: number): Promise<Evicted> {
    this.#commit();
    const age = await this.#removeFirst(Number.POSITIVE_INFINITY, nowSeconds);
    const size = await this.#removeFirst(this.#entryCount() - this.#maxKeys, Number.POSITIVE_INFINITY);
    return { age, size };
  }

  async close(): Promise<void> {
    this.#commit();
    if (this.#failure === undefined) await this.#environment.close();
  }

  #write(write: Write): Promise<void> {
    if (this.#waiters.length === 0) setImmediate(() => this.#commit());
    this.#batch.set(write.hash.toString("latin1"), write);
    const written = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    if (this.#waiters.length >= BATCH) this.#commit();
    return written;
  }

  /** All of the batch or none of it: each waiting caller is told, and reads see what is on disk. */
  #commit(): void {
    if (this.#waiters.length === 0) return;
    const writes = [...this.#batch.values()];
    const waiters = this.#waiters;
    this.#batch = new Map();
    this.#waiters = [];
    try {
      this.#transact(() => {
        for (const write of writes) this.#apply(write);
      });
      for (const { resolve } of waiters) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }

  #transact(writes: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#freeBytes() < LEAST_FREE_BYTES) throw noSpace();
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
      const limit = Math.min(BATCH, count - removed);
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

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key, "utf16le").digest().subarray(0, KEY_BYTES);
}

/** Doubles that are not negative sort like their big-endian bytes. */
function encodeSeconds(seconds: number): Buffer {
  const bytes = Buffer.alloc(EXPIRY_BYTES);
  bytes.writeDoubleBE(Math.max(0, seconds));
  return bytes;
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function noSpace(): Error {
  return Object.assign(new Error("no space left for the store"), { code: "ENOSPC" });
}
