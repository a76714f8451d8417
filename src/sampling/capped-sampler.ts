import { hashToUnit } from "../core/random.ts";
import { ArrivalRate } from "./arrival-rate.ts";
import type { Sampler } from "./sampler.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface CappedOptions {
  /** Largest share that is kept, 0 to 1. */
  readonly ratio: number;
  /** Most that are kept a second, in the long run. */
  readonly perSecond: number;
  /** Called for what the hash would keep and the bucket refuses (reason `rate_cap`). */
  readonly onRateCap?: () => void;
}

/**
 * Keeps id if hash(id) < r with r = min(ratio, 0.9 · perSecond / arrival rate), and weighs it 1 / r. r follows from arrivals
 * alone, never from what was kept, so E[Σ weight] is the number of arrivals. Replicas with different traffic keep nested
 * sets: the smaller is part of the larger.
 *
 * The bucket behind it is a guard and should stay idle, for what it refuses is missing from the sums. Hence 0.9, and a depth for
 * the worst onset: a burst of b times the cap, from idle, is kept in excess by about perSecond · τ · (1 + ln b) until the rate
 * has caught up; with τ = max(2 s, 5 / perSecond) and depth = 6 · perSecond · τ that covers b = 100.
 * Worked number: perSecond 2 gives τ = 2.5 s, depth 30.
 */
export class CappedSampler implements Sampler {
  readonly #options: CappedOptions;
  readonly #arrivals: ArrivalRate;
  readonly #bucket: TokenBucket;

  constructor(options: CappedOptions) {
    const memorySeconds = Math.max(2, 5 / options.perSecond);
    this.#options = options;
    this.#arrivals = new ArrivalRate(memorySeconds);
    this.#bucket = new TokenBucket(options.perSecond, 6 * options.perSecond * memorySeconds);
  }

  keep(id: string, monotonicSeconds: number): number | undefined {
    const { ratio, perSecond, onRateCap } = this.#options;
    const affordable = (0.9 * perSecond) / this.#arrivals.arrive(monotonicSeconds);
    const effective = Math.min(ratio, affordable);
    if (hashToUnit(id) >= effective) return undefined;
    if (this.#bucket.take(monotonicSeconds)) return 1 / effective;
    onRateCap?.();
    return undefined;
  }
}
