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

  take(monotonicSeconds: number): boolean {
    const elapsed = Math.max(0, monotonicSeconds - this.#lastSeconds);
    this.#tokens = Math.min(this.#depth, this.#tokens + elapsed * this.#perSecond);
    this.#lastSeconds = Math.max(this.#lastSeconds, monotonicSeconds);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
