import { statSync } from "node:fs";
import { readBounded } from "./bounded-file.ts";

/** Files that are read again once they change. What a reading asked for is watched, also when it was not there. */
export class WatchedFiles {
  readonly #stamps = new Map<string, string>();

  /** Throws what the file system says, and a RangeError for more than 1 MiB. */
  read(path: string): Buffer {
    // Before the reading, so that a change during it is seen afterwards.
    this.#stamps.set(path, stampOf(path));
    return readBounded(path);
  }

  /** Whether one of them is another than when it was read, by time, size and inode: Kubernetes swaps a link. */
  changed(): boolean {
    return [...this.#stamps].some(([path, stamp]) => stampOf(path) !== stamp);
  }

  /** Watches nothing until something is read. */
  forget(): void {
    this.#stamps.clear();
  }
}

function stampOf(path: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unreadable";
  }
}
