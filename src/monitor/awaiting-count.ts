export interface AwaitingCountState {
  readonly minutes: Float64Array;
  readonly counts: Float64Array;
}

const SECONDS_PER_BUCKET = 60;

/**
 * How many predictions still wait for their label: a count per minute of prediction, so that those too old drop out by themselves. One of
 * many replicas may count labels of the others' predictions: below 0 then, so that the sum over replicas is right.
 */
export class AwaitingCount {
  readonly #keepSeconds: number;
  readonly #oneOfMany: boolean;
  #counts = new Map<number, number>();

  constructor(keepSeconds: number, oneOfMany = false) {
    this.#keepSeconds = keepSeconds;
    this.#oneOfMany = oneOfMany;
  }

  /** `change` is 1 for a prediction without a label, −1 when its label has come. */
  add(predictionSeconds: number, change: 1 | -1): void {
    const minute = Math.floor(predictionSeconds / SECONDS_PER_BUCKET);
    const count = (this.#counts.get(minute) ?? 0) + change;
    if (count > 0 || (count < 0 && this.#oneOfMany)) this.#counts.set(minute, count);
    else this.#counts.delete(minute);
  }

  /** Those of predictions before this time can no longer be joined: the store gave them up. */
  forgetBefore(predictionSeconds: number): void {
    const first = Math.floor(predictionSeconds / SECONDS_PER_BUCKET);
    for (const minute of this.#counts.keys()) if (minute < first) this.#counts.delete(minute);
  }

  /** Time of the oldest prediction that waits, to the minute; undefined without any. */
  oldestSeconds(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    for (const minute of this.#counts.keys()) if (minute < oldest) oldest = minute;
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest * SECONDS_PER_BUCKET;
  }

  total(nowSeconds: number): number {
    const oldest = Math.floor((nowSeconds - this.#keepSeconds) / SECONDS_PER_BUCKET);
    let total = 0;
    for (const [minute, count] of this.#counts) {
      if (minute < oldest) this.#counts.delete(minute);
      else total += count;
    }
    return total;
  }

  toState(): AwaitingCountState {
    return { minutes: Float64Array.from(this.#counts.keys()), counts: Float64Array.from(this.#counts.values()) };
  }

  restore({ minutes, counts }: AwaitingCountState): void {
    this.#counts = new Map(Array.from(minutes, (minute, index) => [minute, counts[index] ?? 0]));
  }
}
