import { type Database, open, type RootDatabase } from "lmdb";
import type { Write } from "./batches.ts";

export const KEY_BYTES = 16;
export const EXPIRY_BYTES = 8;
const EMPTY = Buffer.alloc(0);

export interface Removed {
  readonly count: number;
  /** Of the last one; absent when there was none. */
  readonly expiresAtSeconds?: number;
}

interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

/**
 * The two tables on disk: `values` (hash of the key → expiry ++ value) and `expiry` (expiry ++ hash, in order), so that forgetting is a range at
 * the front. Whatever changes them belongs into a `transact`, and throws what lmdb throws.
 */
export class LmdbTables {
  readonly #environment: RootDatabase<Buffer, Buffer>;
  readonly #values: Database<Buffer, Buffer>;
  readonly #expiry: Database<Buffer, Buffer>;

  /** Opens or creates them. With `noSync` nothing is on disk for certain before the file is synced as a whole. */
  constructor(directory: string, { noSync = false }: { readonly noSync?: boolean } = {}) {
    const binary = { encoding: "binary", keyEncoding: "binary" } as const;
    // Without `noSubdir` a directory with a dot in its name would be taken for a file.
    const sync = noSync ? { noSync } : { overlappingSync: true };
    this.#environment = open({ path: directory, noSubdir: false, maxDbs: 2, ...sync, ...binary });
    this.#values = this.#environment.openDB({ name: "values", ...binary });
    this.#expiry = this.#environment.openDB({ name: "expiry", ...binary });
  }

  get keyCount(): number {
    return statsOf(this.#values).entryCount;
  }

  /** Of the pages in use. The file is longer: it keeps the pages that were freed, and writes use those first. */
  get usedBytes(): number {
    return bytesOf(statsOf(this.#values)) + bytesOf(statsOf(this.#expiry));
  }

  /** Of the key that ends soonest; Infinity without any. */
  get firstExpirySeconds(): number {
    for (const key of this.#expiry.getKeys({ limit: 1, snapshot: false })) return key.readDoubleBE(0);
    return Number.POSITIVE_INFINITY;
  }

  get(hash: Buffer): Uint8Array | undefined {
    const stored = this.#values.get(hash);
    return stored && new Uint8Array(stored.subarray(EXPIRY_BYTES));
  }

  /** All of the changes or none; on disk when it returns. */
  transact(changes: () => void): void {
    this.#environment.transactionSync(changes);
  }

  apply({ hash, value, expiresAtSeconds }: Write): void {
    const old = this.#values.get(hash);
    if (old) this.#expiry.removeSync(Buffer.concat([old.subarray(0, EXPIRY_BYTES), hash]));
    if (!value) {
      if (old) this.#values.removeSync(hash);
      return;
    }
    const expiry = encodeSeconds(expiresAtSeconds);
    this.#values.putSync(hash, Buffer.concat([expiry, value]));
    this.#expiry.putSync(Buffer.concat([expiry, hash]), EMPTY);
  }

  /** Removes up to `limit` keys that end before `endSeconds`, the soonest to end first. */
  removeFirst(limit: number, endSeconds: number): Removed {
    const end = encodeSeconds(endSeconds);
    const first = [...this.#expiry.getKeys({ limit, end, snapshot: false })].map((key) => Buffer.from(key));
    for (const key of first) {
      this.#expiry.removeSync(key);
      this.#values.removeSync(key.subarray(EXPIRY_BYTES));
    }
    const last = first.at(-1);
    return { count: first.length, ...(last && { expiresAtSeconds: last.readDoubleBE(0) }) };
  }

  /** `key` has to come after all others; so with the next. */
  appendValue(key: Buffer, value: Buffer): void {
    this.#values.putSync(key, value, { append: true });
  }

  appendExpiry(key: Buffer): void {
    this.#expiry.putSync(key, EMPTY, { append: true });
  }

  /** Every entry in the order of its key. */
  *values(): Iterable<{ readonly key: Buffer; readonly value: Buffer }> {
    yield* this.#values.getRange({ snapshot: false });
  }

  *expiries(): Iterable<Buffer> {
    yield* this.#expiry.getKeys({ snapshot: false });
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}

function statsOf(table: Database<Buffer, Buffer>): Stats {
  return table.getStats() as Stats;
}

function bytesOf({ pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages }: Stats): number {
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
}

/** Doubles that are not negative sort like their big-endian bytes. */
function encodeSeconds(seconds: number): Buffer {
  const bytes = Buffer.alloc(EXPIRY_BYTES);
  bytes.writeDoubleBE(Math.max(0, seconds));
  return bytes;
}
