import type { Pixels } from "../pixels.ts";
import { aspectRatio } from "./aspect-ratio.ts";
import { blockiness } from "./blockiness.ts";
import { brightClipping } from "./bright-clipping.ts";
import { brightness } from "./brightness.ts";
import { bytesPerPixel } from "./bytes-per-pixel.ts";
import { colourCast } from "./colour-cast.ts";
import { colourfulness } from "./colourfulness.ts";
import { contrast } from "./contrast.ts";
import { darkClipping } from "./dark-clipping.ts";
import { edgeCoherence } from "./edge-coherence.ts";
import { entropy } from "./entropy.ts";
import { hueSpread } from "./hue-spread.ts";
import { noise } from "./noise.ts";
import { PixelView } from "./pixel-view.ts";
import { saturation } from "./saturation.ts";
import { sharpness } from "./sharpness.ts";
import type { ImageStatistic } from "./statistic.ts";

/** Every image statistic, in the order in which `computeStatistics` returns them. References record the names. */
export const STATISTICS: readonly ImageStatistic[] = [
  brightness,
  contrast,
  sharpness,
  noise,
  entropy,
  saturation,
  colourfulness,
  hueSpread,
  colourCast,
  darkClipping,
  brightClipping,
  blockiness,
  edgeCoherence,
  aspectRatio,
  bytesPerPixel,
];

/** One number per statistic, in the order of STATISTICS; NaN where the image has none. */
export function computeStatistics(pixels: Pixels): Float64Array {
  const view = new PixelView(pixels);
  return Float64Array.from(STATISTICS, (statistic) => statistic.compute(view));
}
