/**
 * Work that waits: at most `length` items, at most `concurrency` under way. A full queue refuses the newest, so what was
 * promised is kept and memory is bounded.
 */
export class BoundedQueue<T> {
  readonly #length: number;
  readonly #concurrency: number;
  readonly #work: (item: T) => Promise<void>;
  #waiting: T[] = [];
  #running = 0;
  #whenIdle: (() => void)[] = [];
  #whenRoom: (() => void)[] = [];

  /** `work` must not reject: a failure is counted where it happens. */
  constructor(options: { readonly length: number; readonly concurrency: number }, work: (item: T) => Promise<void>) {
    this.#length = options.length;
    this.#concurrency = options.concurrency;
    this.#work = work;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get capacity(): number {
    return this.#length;
  }

  /** False when the queue is full. */
  offer(item: T): boolean {
    if (this.#isFull) return false;
    this.#waiting.push(item);
    this.#startNext();
    return true;
  }

  /** Takes out everything that waits. What runs goes on. */
  clear(): T[] {
    const cleared = this.#waiting.splice(0);
    for (const resolve of this.#whenRoom.splice(0)) resolve();
    return cleared;
  }

  /** Resolves once an item would be taken; of several who wait, one for each item that left. */
  room(): Promise<void> {
    if (!this.#isFull) return Promise.resolve();
    return new Promise((resolve) => this.#whenRoom.push(resolve));
  }

  /** Resolves once nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  get #isFull(): boolean {
    return this.#running >= this.#concurrency && this.#waiting.length >= this.#length;
  }

  #startNext(): void {
    if (this.#running >= this.#concurrency) return;
    const item = this.#waiting.shift();
    if (item === undefined) return;
    this.#running += 1;
    void this.#work(item).finally(() => {
      this.#running -= 1;
      this.#startNext();
      this.#whenRoom.shift()?.();
      if (this.#running === 0 && this.#waiting.length === 0) {
        for (const resolve of this.#whenIdle.splice(0)) resolve();
        // Who was told of room may not have used it.
        for (const resolve of this.#whenRoom.splice(0)) resolve();
      }
    });
  }
}
