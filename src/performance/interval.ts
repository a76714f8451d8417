import type { Score } from "../core/score.ts";
import { Z_90 } from "../math/wilson.ts";

/** An estimated accuracy with its 90 % interval value ± 1.645·√variance, all held within 0 to 1. */
export function accuracyScore(value: number, variance: number, sampleCount: number): Score {
  const held = clip(value);
  const half = Z_90 * Math.sqrt(Math.max(0, variance));
  return { value: held, lower: clip(held - half), upper: clip(held + half), sampleCount };
}

export function clip(ratio: number): number {
  return Math.min(1, Math.max(0, ratio));
}
