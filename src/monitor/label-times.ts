import { QuantileSketch, type QuantileState } from "../sketch/quantiles.ts";

/** Before so many labels their delay says little. */
const LEAST_LABELS = 20;
const EXPECTED_QUANTILE = 0.95;

export interface LabelTimesState {
  readonly version: 1;
  readonly lastLabelSeconds?: number;
  readonly delays: QuantileState;
}

/** When labels come: the newest one, and how long after their predictions 95 % of them came. */
export class LabelTimes {
  #lastLabelSeconds: number | undefined;
  #delays = new QuantileSketch();

  /** `delaySeconds` is absent for a label that was not joined; one that came before its prediction counts as 0. */
  received(nowSeconds: number, delaySeconds?: number): void {
    this.#lastLabelSeconds = nowSeconds;
    if (delaySeconds !== undefined) this.#delays.update(Math.max(0, delaySeconds));
  }

  summary(): { readonly lastLabelSeconds?: number; readonly expectedDelaySeconds?: number } {
    const known = this.#delays.count >= LEAST_LABELS;
    return {
      ...(this.#lastLabelSeconds !== undefined && { lastLabelSeconds: this.#lastLabelSeconds }),
      ...(known && { expectedDelaySeconds: this.#delays.quantile(EXPECTED_QUANTILE) }),
    };
  }

  toState(): LabelTimesState {
    const { lastLabelSeconds } = this.summary();
    const delays = this.#delays.toState();
    return { version: 1, delays, ...(lastLabelSeconds !== undefined && { lastLabelSeconds }) };
  }

  /** Throws a RangeError for a state of another version. */
  restore(state: LabelTimesState): void {
    if (state.version !== 1) throw new RangeError(`label times of version ${state.version}; this is version 1`);
    this.#lastLabelSeconds = state.lastLabelSeconds;
    this.#delays = QuantileSketch.fromState(state.delays);
  }
}
