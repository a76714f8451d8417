import { closeSync, openSync, readSync } from "node:fs";

/** What a configuration consists of has a few kilobytes; with 10,000 classes, a few hundred. */
const MOST_BYTES = 2 ** 20;

/** Reads no more than 1 MiB, whatever the path leads to. Throws what the file system says, and a RangeError for more. */
export function readBounded(path: string): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  const file = openSync(path, "r");
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > MOST_BYTES) throw new RangeError(`it has more than ${MOST_BYTES} bytes`);
    return Buffer.from(bytes.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
