/** At most `depth` at once and `perSecond` in the long run. Starts full. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #depth: number;
  #tokens: number;
  #lastSeconds = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, depth: number) {
    this.#perSecond = perSecond;
    this.#depth = depth;
    this.#tokens = depth;
  }

  /** Takes all of `count` or none. */
  take(monotonicSeconds: number, count = 1): boolean {
    const elapsed = Math.max(0, monotonicSeconds - this.#lastSeconds);
    this.#tokens = Math.min(this.#depth, this.#tokens + elapsed * this.#perSecond);
    this.#lastSeconds = Math.max(this.#lastSeconds, monotonicSeconds);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** How long after the last `take` so many are there, if nothing else takes them; a bucket never holds more than its depth. */
  secondsUntil(count: number): number {
    return Math.max(0, Math.min(count, this.#depth) - this.#tokens) / this.#perSecond;
  }
}
