import { createReadStream, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** Of the directory's file of tables: "new" without one, "unclean" when the last process was killed, "damaged" when it is not what was left. */
export type Condition = "new" | "whole" | "unclean" | "damaged";

export const DATA_FILE = "data.mdb";
const MARK_FILE = "clean";

interface Mark {
  readonly bytes: number;
  readonly checksum: number;
}

/** Says that the tables were closed, and what they were. To be written after everything else. */
export async function leaveCleanMark(directory: string): Promise<void> {
  await writeFile(join(directory, MARK_FILE), JSON.stringify(await markOf(join(directory, DATA_FILE))));
}

/** Whoever opens the tables for writing takes the mark away first. */
export function takeCleanMark(directory: string): void {
  rmSync(join(directory, MARK_FILE), { force: true });
}

export async function conditionOf(directory: string): Promise<Condition> {
  const left = await readFile(join(directory, MARK_FILE), "utf8").catch(() => undefined);
  try {
    const { bytes, checksum } = await markOf(join(directory, DATA_FILE));
    if (left === undefined) return "unclean";
    return left === JSON.stringify({ bytes, checksum }) ? "whole" : "damaged";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "new" : "damaged";
  }
}

/** Some 0.2 s for 256 MiB. */
async function markOf(path: string): Promise<Mark> {
  let bytes = 0;
  let checksum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    checksum = crc32(chunk, checksum);
  }
  return { bytes, checksum };
}
