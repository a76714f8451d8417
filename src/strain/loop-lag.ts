import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MILLISECONDS = 20;

/** How long the event loop did not get its turn. */
export class LoopLag {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });

  constructor() {
    this.#histogram.enable();
  }

  /** The longest stall since the last call, in seconds; 0 when there was none. */
  takeSeconds(): number {
    const longest = this.#histogram.count === 0 ? 0 : this.#histogram.max / 1e9 - RESOLUTION_MILLISECONDS / 1000;
    this.#histogram.reset();
    return Math.max(0, longest);
  }
}
