export interface QueueSize<T> {
  /** Most items that wait. */
  readonly length: number;
  readonly concurrency: number;
  /** Most bytes that wait; an item alone may have more. */
  readonly bytes: number;
  readonly bytesOf: (item: T) => number;
}

/**
 * Work that waits: at most `length` items of at most `bytes` together, at most `concurrency` under way. A full queue refuses the
 * newest, so what was promised is kept and memory is bounded.
 */
export class BoundedQueue<T> {
  readonly #size: QueueSize<T>;
  readonly #work: (item: T) => Promise<void>;
  #waiting: T[] = [];
  #waitingBytes = 0;
  #running = 0;
  #whenIdle: (() => void)[] = [];
  #whenRoom: (() => void)[] = [];

  /** `work` must not reject: a failure is counted where it happens. */
  constructor(size: QueueSize<T>, work: (item: T) => Promise<void>) {
    this.#size = size;
    this.#work = work;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get capacity(): number {
    return this.#size.length;
  }

  /** False when the queue is full. */
  offer(item: T): boolean {
    const bytes = this.#size.bytesOf(item);
    if (this.#isFull(bytes)) return false;
    this.#waiting.push(item);
    this.#waitingBytes += bytes;
    this.#startNext();
    return true;
  }

  /** Takes waiting items out; returns how many. Those under way go on. */
  remove(matches: (item: T) => boolean): number {
    const rest = this.#waiting.filter((item) => !matches(item));
    const removed = this.#waiting.length - rest.length;
    this.#waiting = rest;
    this.#waitingBytes = rest.reduce((sum, item) => sum + this.#size.bytesOf(item), 0);
    for (const resolve of this.#whenRoom.splice(0, removed)) resolve();
    return removed;
  }

  /** Resolves once an item of these bytes would be taken; of several who wait, one for each item that left. */
  async room(bytes: number): Promise<void> {
    while (this.#isFull(bytes)) await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  /** Resolves once nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #isFull(moreBytes: number): boolean {
    const { length, bytes, concurrency } = this.#size;
    if (this.#running < concurrency) return false;
    return this.#waiting.length >= length || (this.#waiting.length > 0 && this.#waitingBytes + moreBytes > bytes);
  }

  #startNext(): void {
    if (this.#running >= this.#size.concurrency) return;
    const item = this.#waiting.shift();
    if (item === undefined) return;
    this.#waitingBytes -= this.#size.bytesOf(item);
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
