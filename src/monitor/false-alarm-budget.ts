import { normalSurvival } from "../math/special-functions.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";

const SECONDS_PER_DAY = 86_400;

export interface FalseAlarmBudget {
  /** Asked: one false alarm of the model in this many days, over all windows and signals. */
  readonly everyDays: number;
  /** Images a second, for windows that are counted in images. */
  readonly imagesPerSecond: number;
}

/**
 * The level of one look at one window, such that all windows together raise one false alarm in `everyDays`.
 *
 * A window that slides is tested again and again on data that overlaps, so more is spent than one test a window length. For
 * the standardised mean of a sliding window (Slepian process) the rate at which a high level z is first crossed is z·φ(z) per window length, and
 * one look exceeds it with probability Q(z) ≈ φ(z)/z: about z² independent looks per window length
 * (Leadbetter, Lindgren & Rootzén 1983, section 12.4). So the level α solves  α · z(α)² · L = 1,  L = number of window
 * lengths in the time asked, summed over windows.
 *
 * Worked number: one window of an hour, 30 days: L = 720; z = 3.72 and α = 1.0e-4 give 1.0e-4 · 13.8 · 720 = 1.
 */
export function levelOfOneLook(windows: readonly WindowSpec[], budget: FalseAlarmBudget): number {
  const spanSeconds = budget.everyDays * SECONDS_PER_DAY;
  let lengths = 0;
  for (const window of windows) lengths += spanSeconds / lengthSeconds(window, budget.imagesPerSecond);
  let low = 0;
  let high = 8.2;
  for (let step = 0; step < 60; step++) {
    const z = (low + high) / 2;
    if (normalSurvival(z) * Math.max(1, z * z) * lengths > 1) low = z;
    else high = z;
  }
  return normalSurvival(high);
}

function lengthSeconds(window: WindowSpec, imagesPerSecond: number): number {
  if ("durationSeconds" in window) return window.durationSeconds;
  return Math.max(1, window.images / Math.max(imagesPerSecond, 1e-6));
}
