import type { PixelView } from "./pixel-view.ts";

/**
 * A number that describes one image, so that a person can read what changed. To add one: a file with this shape, a line in
 * `index.ts`, an expected number in `test/contracts/statistics.test.ts`.
 */
export interface ImageStatistic {
  /** Label value in metrics: lower case, words joined with `_`. */
  readonly name: string;
  /** "8-bit level" is a step of 0 to 255. */
  readonly unit: string;
  /** One sentence for metrics and documentation. */
  readonly help: string;
  /** What images are when the number falls, and when it rises: completes "images are …". */
  readonly low: string;
  readonly high: string;
  /** NaN when the image has no such number, such as bytes per pixel of a tensor; finite otherwise. */
  compute(view: PixelView): number;
}
