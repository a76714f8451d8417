import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { PlainState } from "../core/codec.ts";
import type { SnapshotRejectReason } from "../core/drop-reasons.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-format.ts";

interface RejectedSnapshot {
  readonly path: string;
  readonly reason: SnapshotRejectReason;
}

export interface LoadedSnapshot {
  /** Absent: start empty. */
  readonly state?: PlainState;
  /** The files that were not taken up, newest first; a first start has two that are "absent". */
  readonly rejected: readonly RejectedSnapshot[];
}

/**
 * The state file and the one before it. A save writes beside, flushes, and swaps names, so a kill at any moment leaves one whole
 * file. A file that is refused is kept as `<path>.rejected` for inspection; only the latest one, so the disk stays bounded.
 */
export class SnapshotFile {
  readonly #path: string;
  readonly #key: string;
  #saving: Promise<unknown> = Promise.resolve();

  /** @param key what the state belongs to; another key's state is not taken up. */
  constructor(path: string, key: string) {
    this.#path = path;
    this.#key = key;
  }

  /** Resolves with the size in bytes once the file is on disk. Rejects with the file system's error; the last good file stays. */
  save(state: PlainState): Promise<number> {
    const saved = this.#saving.then(() => this.#write(encodeSnapshot(this.#key, state)));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  /** Never rejects. A state that `takeUp` throws at is none of this version's, and the one before it is tried. */
  async load(takeUp: (state: PlainState) => void = () => {}): Promise<LoadedSnapshot> {
    const rejected: RejectedSnapshot[] = [];
    for (const path of [this.#path, this.#previous]) {
      const read = await this.#read(path, takeUp);
      if ("state" in read) {
        if (rejected.length > 0) await this.#setAside();
        return { state: read.state, rejected };
      }
      rejected.push({ path, reason: read.reason });
    }
    await this.#setAside();
    return { rejected };
  }

  /** The next save would push a refused file over the last good one. */
  async #setAside(): Promise<void> {
    await rename(this.#path, `${this.#path}.rejected`).catch(() => undefined);
  }

  get #previous(): string {
    return `${this.#path}.previous`;
  }

  async #read(
    path: string,
    takeUp: (state: PlainState) => void,
  ): Promise<{ state: PlainState } | { reason: SnapshotRejectReason }> {
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      return { reason: (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "unreadable" };
    }
    const decoded = decodeSnapshot(this.#key, bytes);
    if ("reason" in decoded) return decoded;
    try {
      takeUp(decoded.state);
      return decoded;
    } catch {
      return { reason: "unknown_version" };
    }
  }

  async #write(bytes: Buffer): Promise<number> {
    const temporary = `${this.#path}.new`;
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(this.#path, this.#previous).catch(ignoreAbsent);
    await rename(temporary, this.#path);
    await syncDirectory(dirname(this.#path));
    return bytes.length;
  }
}

/** Without it a power cut may undo the renames. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
