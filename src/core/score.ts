/** A number with what is needed to judge it. */
export interface Score {
  readonly value: number;
  /** 90 % interval, where there is one. */
  readonly lower?: number;
  readonly upper?: number;
  /** Where `value` becomes an alarm at this sample count. */
  readonly threshold?: number;
  readonly sampleCount: number;
}
