import { normalQuantile } from "../math/special-functions.ts";
import type { QuantileSketch } from "../sketch/quantiles.ts";

/** Where the two distributions are compared. */
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;
/** Beyond these reference quantiles a rank says nothing; the scale goes on as a straight line, up to a bound. */
const INSIDE = [0.02, 0.98] as const;
/** A statistic that is nearly always 0, such as clipping, would have no bound otherwise. */
const MOST = 4;
const LEAST_VALUES = 5;

/** How an image statistic moved, on a scale that makes statistics comparable. */
export interface StatisticShift {
  /** Mean shift in reference standard deviations; negative when the statistic fell. */
  readonly effect: number;
  /** The shift of the images that moved least, in the same direction: near `effect` when all images moved, near 0 when only some did. */
  readonly trailing: number;
  /** A live quantile beside the same one of the reference: the median, or the one at 10 or 90 % when the median stood still. */
  readonly example: { readonly share: number; readonly reference: number; readonly live: number };
  /** At least this share of images must have changed, 0 to 1: the largest gap between the distribution functions. */
  readonly changedRatio: number;
}

/**
 * Compares a statistic's live and reference digests on the normal scale of the reference: u(x) = Φ⁻¹(share of reference images ≤ x), carried on as
 * a straight line beyond the outer 2 % (there one step is the distance from median to that quantile over 2.05), to ±4. The effect is the mean over
 * deciles of u(live decile) − u(reference decile); it does not depend on the statistic's unit or skewness.
 * Undefined when either side has fewer than five values.
 * Worked number: a reference N(100, 20) against live N(60, 20): effect −2.
 */
export function statisticShift(live: QuantileSketch, reference: QuantileSketch): StatisticShift | undefined {
  if (live.count < LEAST_VALUES || reference.count < LEAST_VALUES) return undefined;
  const score = normalScale(reference);
  const shifts = SHARES.map((share) => score(live.quantile(share)) - score(reference.quantile(share)));
  const effect = shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length;
  const direction = Math.sign(effect);
  // The end that the images move away from: a mixture of old and new images stays there.
  const last = (direction < 0 ? shifts.at(-1) : shifts[0]) as number;
  return {
    effect,
    trailing: direction * Math.max(0, direction * last),
    example: exampleOf(live, reference, direction),
    changedRatio: largestGap(live, reference),
  };
}

function normalScale(reference: QuantileSketch): (value: number) => number {
  const [low, middle, high] = [INSIDE[0], 0.5, INSIDE[1]].map((share) => reference.quantile(share)) as [
    number,
    number,
    number,
  ];
  const edge = normalQuantile(INSIDE[1]);
  return (value) => {
    if (value > high) return Math.min(MOST, edge + (edge * (value - high)) / (high - middle));
    if (value < low) return Math.max(-MOST, -edge - (edge * (low - value)) / (middle - low));
    const rank = reference.rank(value);
    return normalQuantile(Math.min(INSIDE[1], Math.max(INSIDE[0], rank)));
  };
}

function exampleOf(live: QuantileSketch, reference: QuantileSketch, direction: number): StatisticShift["example"] {
  const at = (share: number): StatisticShift["example"] => ({
    share,
    reference: reference.quantile(share),
    live: live.quantile(share),
  });
  const median = at(0.5);
  return median.live === median.reference ? at(direction < 0 ? 0.1 : 0.9) : median;
}

function largestGap(live: QuantileSketch, reference: QuantileSketch): number {
  let gap = 0;
  for (let step = 1; step < 100; step++) {
    for (const value of [live.quantile(step / 100), reference.quantile(step / 100)]) {
      gap = Math.max(gap, Math.abs(live.rank(value) - reference.rank(value)));
    }
  }
  return gap;
}
