import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";

/** The machine's clock; the only place that reads it for the product. */
export const systemClock: Clock = {
  nowSeconds: () => Date.now() / 1000,
  monotonicSeconds: () => performance.now() / 1000,
};

export const systemRandom: Random = { next: () => Math.random() };
