import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Database, open, type RootDatabase } from "lmdb";
import { VisionError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import type { Evicted, StoreBounds } from "./store-bounds.ts";

const KEY_BYTES = 16;
const EXPIRY_BYTES = 8;
/** Most writes that share one transaction, so a burst cannot hold the event loop for long. */
const BATCH = 512;

/** Below this much free space nothing is written any more; one batch needs a fraction of it. */
const LEAST_FREE_BYTES = 4 * 2 ** 20;

export interface LmdbOptions extends StoreBounds {
  /** Free bytes of the file system; for tests. */
  readonly freeBytes?: () => Promise<number>;
}

interface Write {
  readonly hash: Buffer;
  /** Absent: the key is deleted. */
  readonly value?: Uint8Array;
  readonly expiresAtSeconds: number;
}

interface Batch {
  /** By hash; the last write of a key wins. */
  readonly writes: Map<string, Write>;
  readonly waiters: { readonly resolve: () => void; readonly reject: (reason: unknown) => void }[];
}

/**
 * Keys on disk. Two tables: `values` (hash of the key → expiry ++ value) and `expiry` (expiry ++ hash, in order), so that
 * forgetting is a range at the front. Keys are kept as the first 16 bytes of SHA-256: one size for every id, and no id on disk.
 *
 * Writes of one turn of the event loop share a synchronous transaction: it throws when it fails, is rolled back, and leaves reads as they
 * were. A commit ends in the page cache, so a killed process loses nothing that was acknowledged; the flush to disk follows beside it,
 * so a power cut may lose the last moments, not the file.
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
  readonly #freeBytes: () => Promise<number>;
  /** The failure after which nothing may be written any more. */
  #failure: unknown;
  /** Oldest first. */
  readonly #batches: Batch[] = [];
  #draining: Promise<void> | undefined;

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
    const name = hash.toString("latin1");
    const pending = this.#batches.findLast(({ writes }) => writes.has(name));
    if (pending) return pending.writes.get(name)?.value;
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
    await this.#draining;
    return this.#entryCount();
  }

  async evict(nowSeconds: number): Promise<Evicted> {
    await this.#draining;
    const age = await this.#removeFirst(Number.POSITIVE_INFINITY, nowSeconds);
    const size = await this.#removeFirst(this.#entryCount() - this.#maxKeys, Number.POSITIVE_INFINITY);
    return { age, size };
  }

  async close(): Promise<void> {
    await this.#draining;
    if (this.#failure === undefined) await this.#environment.close();
  }

  #write(write: Write): Promise<void> {
    let batch = this.#batches.at(-1);
    if (!batch || batch.waiters.length >= BATCH) {
      batch = { writes: new Map(), waiters: [] };
      this.#batches.push(batch);
    }
    const { writes, waiters } = batch;
    writes.set(write.hash.toString("latin1"), write);
    this.#draining ??= this.#drain();
    return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
  }

  /** A batch stays readable, and takes more writes, until the moment it is written. */
  async #drain(): Promise<void> {
    await nextTurn();
    for (let batch = this.#batches[0]; batch; batch = this.#batches[0]) {
      const hasRoom = await this.#hasRoom();
      // Nothing may be awaited from here on: a write that came in between would be told that it is on disk.
      const { writes, waiters } = batch;
      this.#batches.shift();
      try {
        this.#transact(hasRoom, () => {
          for (const write of writes.values()) this.#apply(write);
        });
        for (const { resolve } of waiters) resolve();
      } catch (error) {
        for (const { reject } of waiters) reject(error);
      }
    }
    this.#draining = undefined;
  }

  async #hasRoom(): Promise<boolean> {
    return (await this.#freeBytes().catch(() => 0)) >= LEAST_FREE_BYTES;
  }

  /** All of the writes or none. */
  #transact(hasRoom: boolean, writes: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!hasRoom) throw noSpace();
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
      const hasRoom = await this.#hasRoom();
      const first = [...this.#expiry.getKeys({ limit, end, snapshot: false })].map((key) => Buffer.from(key));
      this.#transact(hasRoom, () => {
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

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function noSpace(): Error {
  return Object.assign(new Error("no space left for the store"), { code: "ENOSPC" });
}
