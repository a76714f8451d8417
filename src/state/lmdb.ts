import { createHash } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { VisionError } from "../core/errors.ts";
import type { Change, Evicted, Store } from "../core/store.ts";
import { Batches, type Write } from "./batches.ts";
import { leaveCleanMark, takeCleanMark } from "./clean-mark.ts";
import { FreeSpace, type FreeSpaceOptions } from "./free-space.ts";
import { KEY_BYTES, LmdbTables, type Removed } from "./lmdb-tables.ts";
import type { StoreBounds } from "./store-bounds.ts";

/** Most keys of one transaction, so that it cannot hold the event loop for long. */
const BATCH_KEYS = 512;
/** Of the time, a commit takes a third at most. What is to be written waits no longer than the pause, unless the disk is slower. */
const PAUSE_PER_COMMIT = 2;
const LONGEST_PAUSE_MILLISECONDS = 50;
/** A commit that took longer than this is the disk's fault, and the pause after it has no upper limit. */
const SLOW_COMMIT_MILLISECONDS = 100;
/** Of the file: a transaction writes its pages anew while the last two are still kept, some 12 MiB for a full batch of removals and writes. */
const SPARE_BYTES = 16 * 2 ** 20;
/** Of the other bytes. Above it as many of the oldest keys go as come, and above all of them twice as many. */
const FULL_RATIO = 0.95;

export interface LmdbOptions extends StoreBounds, FreeSpaceOptions {
  /** For tests. */
  readonly batchKeys?: number;
}

/**
 * Keys on disk, as the first 16 bytes of their SHA-256: one size for every id, and no id on disk.
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
  readonly #directory: string;
  readonly #tables: LmdbTables;
  readonly #maxKeys: number;
  readonly #maxBytes: number;
  readonly #space: FreeSpace;
  readonly #batches: Batches;
  /** The failure after which nothing may be written any more. */
  #failure: unknown;
  #draining: Promise<void> | undefined;
  #pauseMilliseconds = 0;
  #pauseUntil = 0;
  /** Given up beside writes, since the last `evict`. */
  #bytesEvicted = 0;
  #endedSeconds: number | undefined;

  /** Opens or creates the store. Throws STATE_UNUSABLE. */
  constructor(
    directory: string,
    { maxKeys, maxBytes = Number.POSITIVE_INFINITY, batchKeys = BATCH_KEYS, ...space }: LmdbOptions,
  ) {
    this.#directory = directory;
    this.#maxKeys = maxKeys;
    this.#maxBytes = maxBytes;
    this.#batches = new Batches(batchKeys);
    this.#space = new FreeSpace(directory, space);
    try {
      takeCleanMark(directory);
      this.#tables = new LmdbTables(directory);
    } catch (cause) {
      throw new VisionError("STATE_UNUSABLE", `${directory}: ${(cause as Error).message}`, { cause });
    }
  }

  get writable(): boolean {
    return this.#failure === undefined && this.#space.hasRoom();
  }

  get(key: string): Uint8Array | undefined {
    const hash = hashOf(key);
    const waiting = this.#batches.find(hash);
    return waiting ? waiting.value : this.#tables.get(hash);
  }

  write(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return this.#batches.settled();
    const settled = this.#batches.add(changes.map(toWrite));
    this.#draining ??= this.#drain();
    return settled;
  }

  async count(): Promise<number> {
    await this.#settled();
    return this.#tables.keyCount;
  }

  async evict(nowSeconds: number): Promise<Evicted> {
    await this.#settled();
    const age = await this.#removeFirst(Number.POSITIVE_INFINITY, nowSeconds);
    const size = await this.#removeFirst(this.#tables.keyCount - this.#maxKeys, Number.POSITIVE_INFINITY);
    const bytes = this.#bytesEvicted;
    this.#bytesEvicted = 0;
    const endedSeconds = this.#endedSeconds;
    return { age, size, bytes, ...(endedSeconds !== undefined && { endedSeconds }) };
  }

  async close(): Promise<void> {
    await this.#draining;
    if (this.#failure !== undefined) return;
    await this.#tables.close();
    await leaveCleanMark(this.#directory);
  }

  async #drain(): Promise<void> {
    while (this.#batches.oldest) {
      await this.#pause(this.#batches.oldestIsFull);
      this.#commitOldest();
    }
    this.#draining = undefined;
  }

  async #pause(inHaste: boolean): Promise<void> {
    const milliseconds = this.#pauseUntil - performance.now();
    const slow = this.#pauseMilliseconds > LONGEST_PAUSE_MILLISECONDS;
    if (milliseconds > 0 && (slow || !inHaste)) await wait(milliseconds);
    else await nextTurn();
  }

  /** Nothing is awaited here: a write that came in between would be told that it is on disk. */
  #commitOldest(): void {
    try {
      this.#transact(() => {
        let written = 0;
        for (const write of this.#batches.oldest ?? []) {
          this.#tables.apply(write);
          written += 1;
        }
        this.#makeRoom(written);
      });
      this.#batches.oldestDone();
    } catch (error) {
      this.#batches.allFailed(error);
    }
  }

  /** The file never shrinks, so the byte bound is kept with every write and not once a minute. */
  #makeRoom(written: number): void {
    const ratio = this.#tables.usedBytes / Math.max(1, this.#maxBytes - SPARE_BYTES);
    if (ratio < FULL_RATIO) return;
    const going = ratio < 1 ? written : 2 * written;
    const { count, expiresAtSeconds } = this.#tables.removeFirst(going, Number.POSITIVE_INFINITY);
    this.#bytesEvicted += count;
    this.#endedSeconds = expiresAtSeconds ?? this.#endedSeconds;
  }

  /** Resolves when what was written so far is on disk, or has failed. */
  #settled(): Promise<void> {
    return this.#batches.settled().catch(() => undefined);
  }

  /** All of the writes or none. */
  #transact(writes: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    const start = performance.now();
    if (!this.#space.hasRoom()) throw noSpace();
    try {
      this.#tables.transact(writes);
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      const end = performance.now();
      const wanted = PAUSE_PER_COMMIT * (end - start);
      this.#pauseMilliseconds =
        end - start > SLOW_COMMIT_MILLISECONDS ? wanted : Math.min(wanted, LONGEST_PAUSE_MILLISECONDS);
      this.#pauseUntil = end + this.#pauseMilliseconds;
    }
  }

  /** Removes up to `count` keys, the soonest to end first, that end before `endSeconds`; returns how many. */
  async #removeFirst(count: number, endSeconds: number): Promise<number> {
    let removed = 0;
    while (removed < count) {
      const limit = Math.min(BATCH_KEYS, count - removed);
      if (!(this.#tables.firstExpirySeconds < endSeconds)) break;
      if (removed > 0) await this.#pause(false);
      let first: Removed = { count: 0 };
      this.#transact(() => {
        first = this.#tables.removeFirst(limit, endSeconds);
      });
      removed += first.count;
      if (endSeconds === Number.POSITIVE_INFINITY) this.#endedSeconds = first.expiresAtSeconds ?? this.#endedSeconds;
    }
    return removed;
  }
}

function toWrite(change: Change): Write {
  const expiresAtSeconds = change.value ? change.expiresAtSeconds : 0;
  return { hash: hashOf(change.key), value: change.value, expiresAtSeconds };
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key, "utf16le").digest().subarray(0, KEY_BYTES);
}

function noSpace(): Error {
  return Object.assign(new Error("no space left for the store"), { code: "ENOSPC" });
}
