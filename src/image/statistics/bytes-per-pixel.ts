// Formula: bytes of the encoded file / (width · height of the source); NaN for a tensor, which has no file.
// Source: own. Worked number: 76,800 bytes, 640 × 480 → 0.25.
import type { ImageStatistic } from "./statistic.ts";

export const bytesPerPixel: ImageStatistic = {
  name: "bytes_per_pixel",
  unit: "bytes",
  help: "Size of the encoded file per source pixel: falls with stronger compression and with emptier scenes.",
  low: "compressed more",
  high: "compressed less",
  compute: ({ pixels }) => pixels.sourceBytes / (pixels.sourceWidth * pixels.sourceHeight),
};
