import { execFile } from "node:child_process";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { VisionError } from "../core/errors.ts";
import { conditionOf, DATA_FILE } from "./clean-mark.ts";
import { FreeSpace } from "./free-space.ts";
import { type LmdbOptions, LmdbStore } from "./lmdb.ts";

export interface OpenedStore {
  readonly store: LmdbStore;
  /** Where the damaged tables are kept that could not be taken up; the store is a new one then. */
  readonly setAside?: string;
}

/** Writes what the tables in one directory hold into new ones in another; false when they are damaged. Never rejects. */
export type TableRebuild = (from: string, to: string) => Promise<boolean>;

/** Also of tables whose pages point at each other in a circle. */
const REBUILD_SECONDS = 120;

/**
 * Opens the store, or a new one in the place of damaged tables. lmdb trusts its file: of 200 flipped bits one ends the process, at once or at some
 * later write. So the file must be the one that a process closed, by its checksum. After a kill there is none, and another process
 * writes all that it can read and that fits together into a new file. Damaged tables are kept as `<directory>.damaged`; only the
 * latest, so the disk stays bounded. Throws STATE_UNUSABLE.
 */
export async function openLmdbStore(
  directory: string,
  options: LmdbOptions,
  rebuild: TableRebuild = rebuildInOwnProcess,
): Promise<OpenedStore> {
  try {
    await mkdir(directory, { recursive: true });
    const condition = await conditionOf(directory);
    const whole = condition === "unclean" ? await renewed(directory, options, rebuild) : condition !== "damaged";
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

/** False when they are damaged. On a full disk they stay as they are. */
async function renewed(directory: string, options: LmdbOptions, rebuild: TableRebuild): Promise<boolean> {
  const beside = `${directory}.rebuilt`;
  await rm(beside, { recursive: true, force: true });
  if (!new FreeSpace(directory, options).hasRoom((await stat(join(directory, DATA_FILE))).size)) return true;
  const whole = await rebuild(directory, beside);
  if (whole) await rename(join(beside, DATA_FILE), join(directory, DATA_FILE));
  await rm(beside, { recursive: true, force: true });
  return whole;
}

function rebuildInOwnProcess(from: string, to: string): Promise<boolean> {
  const program = join(import.meta.dirname, "rebuild-main.js");
  const limits = { timeout: 1000 * REBUILD_SECONDS, killSignal: "SIGKILL" } as const;
  return new Promise((done) => execFile(process.execPath, [program, from, to], limits, (error) => done(!error)));
}
