import { open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { DATA_FILE } from "./clean-mark.ts";
import { EXPIRY_BYTES, KEY_BYTES, LmdbTables } from "./lmdb-tables.ts";

const KEYS_PER_TRANSACTION = 20_000;

/**
 * Writes what the tables in a directory hold into new ones in another, so that nothing of the old file's pages is trusted but what was read and fits
 * together. Throws when it does not; a damaged file may also end the process or never end, so this belongs into a process of its own.
 */
export async function rebuildTables(from: string, to: string): Promise<void> {
  const old = new LmdbTables(from);
  const rebuilt = new LmdbTables(to, { noSync: true });
  const values = { count: 0, sum: 0 };
  const expiry = Buffer.alloc(EXPIRY_BYTES + KEY_BYTES);
  inTransactions(rebuilt, old.values(), ({ key, value }) => {
    if (key.length !== KEY_BYTES || value.length < EXPIRY_BYTES) throw new RangeError("an entry has a wrong length");
    value.copy(expiry, 0, 0, EXPIRY_BYTES);
    key.copy(expiry, EXPIRY_BYTES);
    add(values, expiry);
    rebuilt.appendValue(key, value);
  });
  const expiries = { count: 0, sum: 0 };
  inTransactions(rebuilt, old.expiries(), (key) => {
    if (key.length !== EXPIRY_BYTES + KEY_BYTES) throw new RangeError("an end of life has a wrong length");
    add(expiries, key);
    rebuilt.appendExpiry(key);
  });
  const counts = [values.count, expiries.count, old.keyCount, rebuilt.keyCount];
  if (new Set(counts).size > 1 || values.sum !== expiries.sum) throw new RangeError("the tables do not fit together");
  await old.close();
  await rebuilt.close();
  await sync(join(to, DATA_FILE));
}

/** Once, at the end: the old file stays until then. */
async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync().finally(() => file.close());
}

function inTransactions<Entry>(tables: LmdbTables, entries: Iterable<Entry>, each: (entry: Entry) => void): void {
  const iterator = entries[Symbol.iterator]();
  for (let ended = false; !ended; ) {
    tables.transact(() => {
      for (let count = 0; count < KEYS_PER_TRANSACTION && !ended; count++) {
        const next = iterator.next();
        ended = next.done === true;
        if (!next.done) each(next.value);
      }
    });
  }
}

/** The same for both tables, whatever their order. */
function add(table: { count: number; sum: number }, expiry: Buffer): void {
  table.count += 1;
  table.sum = (table.sum + crc32(expiry)) % Number.MAX_SAFE_INTEGER;
}
