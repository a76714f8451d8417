/** One key's last change in a batch. */
export interface Write {
  readonly hash: Buffer;
  /** Absent: the key is deleted. */
  readonly value?: Uint8Array | undefined;
  readonly expiresAtSeconds: number;
}

interface Batch {
  /** By hash; the last write of a key wins. */
  readonly writes: Map<string, Write>;
  readonly settled: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Writes on their way to the disk, in order. A batch stays readable, and takes more writes, until it is done. */
export class Batches {
  readonly #mostKeys: number;
  /** Oldest first. */
  readonly #batches: Batch[] = [];

  /** @param mostKeys of a batch; one write may exceed it, since it is never split. */
  constructor(mostKeys: number) {
    this.#mostKeys = mostKeys;
  }

  get oldest(): Iterable<Write> | undefined {
    return this.#batches[0]?.writes.values();
  }

  /** Whether the oldest takes no more, so that waiting for more is of no use. */
  get oldestIsFull(): boolean {
    return (this.#batches[0]?.writes.size ?? 0) >= this.#mostKeys;
  }

  /** The change of a key that is not on disk yet. */
  find(hash: Buffer): Write | undefined {
    const name = nameOf(hash);
    return this.#batches.findLast(({ writes }) => writes.has(name))?.writes.get(name);
  }

  /** Resolves when the batch of these writes is done, which all of them enter. */
  add(writes: readonly Write[]): Promise<void> {
    let batch = this.#batches.at(-1);
    if (!batch || batch.writes.size >= this.#mostKeys) {
      batch = newBatch();
      this.#batches.push(batch);
    }
    for (const write of writes) batch.writes.set(nameOf(write.hash), write);
    return batch.settled;
  }

  /** Resolves when everything added so far is done, rejects when that failed. */
  settled(): Promise<void> {
    return this.#batches.at(-1)?.settled ?? Promise.resolve();
  }

  oldestDone(): void {
    this.#batches.shift()?.resolve();
  }

  /** What came later may have been decided on what could be read of the failed one. */
  allFailed(reason: unknown): void {
    for (const batch of this.#batches.splice(0)) batch.reject(reason);
  }
}

function newBatch(): Batch {
  let settle: Pick<Batch, "resolve" | "reject"> | undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { writes: new Map(), settled, ...(settle as unknown as Pick<Batch, "resolve" | "reject">) };
}

function nameOf(hash: Buffer): string {
  return hash.toString("latin1");
}
