/** Time as an argument: every part that needs it is handed a Clock, so tests never sleep and replays keep the times of their files. */
export interface Clock {
  /** Unix time in seconds; may jump when the machine's clock is set. Used only to stamp. */
  nowSeconds(): number;
  /** Seconds since an arbitrary start; never goes back. Used to measure. */
  monotonicSeconds(): number;
}
