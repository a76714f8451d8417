import { execFile } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { VisionError } from "../core/errors.ts";
import { conditionOf } from "./clean-mark.ts";
import { type LmdbOptions, LmdbStore } from "./lmdb.ts";

export interface OpenedStore {
  readonly store: LmdbStore;
  /** Where the damaged tables are kept that could not be taken up; the store is a new one then. */
  readonly setAside?: string;
}

/** Tells whether the tables in a directory can be opened, read and written. Never rejects. */
export type TableCheck = (directory: string) => Promise<boolean>;

/** Also of tables whose pages point at each other in a circle. */
const CHECK_SECONDS = 60;

/**
 * Opens the store, or a new one in the place of damaged tables. lmdb trusts its file: 1 of 200 flipped bits ends the process, now or at a later
 * write. So the file must be the one that a process closed, by its checksum; after a kill, when there is none, another process tries it first.
 * Damaged tables are kept as `<directory>.damaged`; only the latest, so the disk stays bounded. Throws STATE_UNUSABLE.
 */
export async function openLmdbStore(
  directory: string,
  options: LmdbOptions,
  check: TableCheck = checkInOwnProcess,
): Promise<OpenedStore> {
  try {
    await mkdir(directory, { recursive: true });
    const condition = await conditionOf(directory);
    const whole = condition === "unclean" ? await check(directory) : condition !== "damaged";
    if (whole) return { store: new LmdbStore(directory, options) };
    const setAside = `${directory}.damaged`;
    await rm(setAside, { recursive: true, force: true });
    await rename(directory, setAside);
    return { store: new LmdbStore(directory, options), setAside };
  } catch (cause) {
    if (cause instanceof VisionError) throw cause;
    throw new VisionError("STATE_UNUSABLE", `${directory}: ${(cause as Error).message}`, { cause });
  }
}

function checkInOwnProcess(directory: string): Promise<boolean> {
  const program = join(import.meta.dirname, "table-check-main.js");
  const limits = { timeout: 1000 * CHECK_SECONDS, killSignal: "SIGKILL" } as const;
  return new Promise((done) => execFile(process.execPath, [program, directory], limits, (error) => done(!error)));
}
