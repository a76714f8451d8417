import { statfsSync } from "node:fs";

/** Below this nothing is written any more. What a store writes between two readings is a fraction of it. */
const LEAST_FREE_BYTES = 32 * 2 ** 20;
const SECONDS_PER_READING = 1;

export interface FreeSpaceOptions {
  /** Free bytes of the file system. */
  readonly freeBytes?: () => number;
  readonly monotonicSeconds?: () => number;
}

/** Whether the file system still has room, read at most once a second. */
export class FreeSpace {
  readonly #freeBytes: () => number;
  readonly #monotonicSeconds: () => number;
  #readSeconds = Number.NEGATIVE_INFINITY;
  #free = 0;

  constructor(directory: string, options: FreeSpaceOptions = {}) {
    this.#freeBytes = options.freeBytes ?? (() => freeBytesOf(directory));
    this.#monotonicSeconds = options.monotonicSeconds ?? (() => performance.now() / 1000);
  }

  /** For so many bytes more. */
  hasRoom(bytes = 0): boolean {
    const seconds = this.#monotonicSeconds();
    if (seconds - this.#readSeconds >= SECONDS_PER_READING) {
      this.#readSeconds = seconds;
      this.#free = this.#freeBytes();
    }
    return this.#free >= LEAST_FREE_BYTES + bytes;
  }
}

/** 0 when it cannot be told. */
function freeBytesOf(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
