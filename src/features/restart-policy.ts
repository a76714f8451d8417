export interface RestartTimes {
  /** First and longest wait before a restart; each early end doubles it. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** Who stayed up this long is well: the next wait is the first again. */
  readonly steadySeconds: number;
  /** Early ends in a row, from which on each is followed by the rest. */
  readonly endsBeforeRest: number;
  readonly restSeconds: number;
}

/** Five quick ends wait 1 + 2 + 4 + 8 s, so they lie within a minute. */
export const RESTART_TIMES: RestartTimes = {
  firstSeconds: 1,
  longestSeconds: 30,
  steadySeconds: 60,
  endsBeforeRest: 5,
  restSeconds: 300,
};

/** How long to wait before something that ended is started again. */
export class RestartPolicy {
  readonly #times: RestartTimes;
  #earlyEnds = 0;

  constructor(times: RestartTimes = RESTART_TIMES) {
    this.#times = times;
  }

  /** Counts an end after `upSeconds` and gives the wait in seconds. */
  ended(upSeconds: number): number {
    const { firstSeconds, longestSeconds, steadySeconds, endsBeforeRest, restSeconds } = this.#times;
    this.#earlyEnds = upSeconds >= steadySeconds ? 1 : this.#earlyEnds + 1;
    if (this.#earlyEnds >= endsBeforeRest) return restSeconds;
    return Math.min(firstSeconds * 2 ** (this.#earlyEnds - 1), longestSeconds);
  }
}
