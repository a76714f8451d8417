import type { Random } from "../core/random.ts";

const FAILURES_IN_A_ROW = 5;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Leaves a server alone that failed 5 times in a row: for 1 s, then twice as long each time, at most 30 s, each shortened by chance by up to
 * half, so that replicas do not come back together. After a pause one attempt is let through, and the rest once it succeeded.
 */
export class CircuitBreaker {
  readonly #monotonicSeconds: () => number;
  readonly #random: Random;
  #failures = 0;
  #pauses = 0;
  #closedUntil = Number.NEGATIVE_INFINITY;

  constructor(monotonicSeconds: () => number, random: Random) {
    this.#monotonicSeconds = monotonicSeconds;
    this.#random = random;
  }

  /** Whether the server is taken to work. */
  get trusting(): boolean {
    return this.#failures < FAILURES_IN_A_ROW;
  }

  /** Asked before an attempt, whose end must be told. */
  allows(): boolean {
    if (this.trusting) return true;
    if (this.#monotonicSeconds() < this.#closedUntil) return false;
    this.#pause();
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauses = 0;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures === FAILURES_IN_A_ROW) this.#pause();
  }

  /** Begins the next pause, also while an attempt is under way: it is the only one until then. */
  #pause(): void {
    const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** this.#pauses);
    this.#pauses += 1;
    this.#closedUntil = this.#monotonicSeconds() + seconds * (1 - this.#random.next() / 2);
  }
}
