import { crc32 } from "node:zlib";
import { EXPIRY_BYTES, KEY_BYTES, LmdbTables } from "./lmdb-tables.ts";

/**
 * Reads everything in the tables and writes without keeping it. Throws when something does not fit together; a damaged file may also end
 * the process or never end, so this belongs into a process of its own.
 */
export async function checkTables(directory: string): Promise<void> {
  const tables = new LmdbTables(directory);
  const values = { count: 0, sum: 0 };
  for (const { key, value } of tables.values()) {
    if (key.length !== KEY_BYTES || value.length < EXPIRY_BYTES) throw new RangeError("an entry has a wrong length");
    add(values, value.subarray(0, EXPIRY_BYTES), key);
  }
  const expiries = { count: 0, sum: 0 };
  for (const key of tables.expiries()) {
    if (key.length !== EXPIRY_BYTES + KEY_BYTES) throw new RangeError("an end of life has a wrong length");
    add(expiries, key.subarray(0, EXPIRY_BYTES), key.subarray(EXPIRY_BYTES));
  }
  const counts = [values.count, expiries.count, tables.keyCount, tables.expiryCount];
  if (new Set(counts).size > 1 || values.sum !== expiries.sum) throw new RangeError("the tables do not fit together");
  tables.tryWriting();
  await tables.close();
}

/** The same for both tables, whatever their order. */
function add(table: { count: number; sum: number }, expiry: Buffer, hash: Buffer): void {
  table.count += 1;
  table.sum = (table.sum + crc32(hash, crc32(expiry))) % Number.MAX_SAFE_INTEGER;
}
