import type { Clock } from "../core/clock.ts";

/** What a clock is put forward by less than this is followed at once: a chunk's length, by default. */
const LEAP_SECONDS = 60;
/** How fast the axis catches up with a clock that leapt ahead, in seconds a second. */
const CATCH_UP_SPEED = 2;

/**
 * The time of windows and life spans: the machine's clock, without its leaps forward. A clock that is put ten days ahead would empty every
 * window and end every prediction that waits for a label; the axis goes at twice its speed instead until it has caught up, so a clock that is
 * put right again has done nothing. A clock that is put back is followed at once, since what is recorded then bears its time, and
 * keeping something longer does no harm.
 */
export class TimeAxis implements Clock {
  readonly #clock: Clock;
  #seconds: number;
  #monotonicSeconds: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seconds = clock.nowSeconds();
    this.#monotonicSeconds = clock.monotonicSeconds();
  }

  monotonicSeconds(): number {
    return this.#clock.monotonicSeconds();
  }

  /** Unix time, at most the clock's. */
  nowSeconds(): number {
    const passed = this.#clock.monotonicSeconds() - this.#monotonicSeconds;
    const wall = this.#clock.nowSeconds();
    const leap = wall - this.#seconds - passed > LEAP_SECONDS;
    this.#monotonicSeconds += passed;
    this.#seconds = leap ? this.#seconds + CATCH_UP_SPEED * passed : wall;
    return this.#seconds;
  }
}
