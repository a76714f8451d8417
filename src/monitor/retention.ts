import type { WindowSpec } from "../profile/chunk-log.ts";

/** Room for latecomers beyond the longest window. */
const RETENTION_FACTOR = 1.25;
/** A window of images is kept this long at most. */
const IMAGES_RETENTION_SECONDS = 30 * 86_400;

/** How long chunks are kept for these windows. */
export function retentionSeconds(windows: readonly WindowSpec[]): number {
  const lengths = windows.map((window) => ("images" in window ? IMAGES_RETENTION_SECONDS : window.durationSeconds));
  return RETENTION_FACTOR * Math.max(...lengths);
}
