/**
 * Arrivals a second, as an exponentially fading count: c ← c · exp(−Δt / τ) + 1, rate = c / τ.
 * Worked number: one arrival every 0.1 s and τ = 5 s settle at c = 1 / (1 − exp(−0.02)) = 50.5, so 10.1 a second.
 */
export class ArrivalRate {
  readonly #memorySeconds: number;
  #count = 0;
  #lastSeconds = Number.NEGATIVE_INFINITY;

  constructor(memorySeconds: number) {
    this.#memorySeconds = memorySeconds;
  }

  /** Counts one arrival and gives the rate, itself included. */
  arrive(monotonicSeconds: number): number {
    const elapsed = Math.max(0, monotonicSeconds - this.#lastSeconds);
    this.#count = this.#count * Math.exp(-elapsed / this.#memorySeconds) + 1;
    this.#lastSeconds = Math.max(this.#lastSeconds, monotonicSeconds);
    return this.#count / this.#memorySeconds;
  }
}
