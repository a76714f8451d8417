import type { Profile } from "../profile/profile.ts";

/** Live values of a statistic that stands still spread less than this share of the reference's. */
const STILL_RATIO = 0.02;
const LEAST_IMAGES = 10;
const SPREAD = [0.05, 0.95] as const;

/**
 * Whether every image statistic stands still: its 5 % and 95 % quantiles are closer than a fiftieth of the reference's. Statistics
 * that do not move in the reference either, such as the aspect ratio of one camera, say nothing.
 */
export function isFrozen(window: Profile, reference: Profile): boolean {
  if (window.images.count < LEAST_IMAGES) return false;
  const moving = reference.images.statistics.flatMap((sketch, index) => {
    const normal = spread(sketch);
    const live = window.images.statistics[index];
    return normal > 0 && live ? [spread(live) / normal] : [];
  });
  return moving.length > 0 && moving.every((ratio) => ratio <= STILL_RATIO);
}

function spread(sketch: { quantile(q: number): number }): number {
  return sketch.quantile(SPREAD[1]) - sketch.quantile(SPREAD[0]);
}
