// Formula: variance of the Laplacian of luma (0 1 0 / 1 −4 1 / 0 1 0). Source: Pech-Pacheco et al. 2000, "Diatom autofocusing in
// brightfield microscopy". Noise raises it too: read it beside `noise`.
// Worked number: one pixel of 100 on black, 5 × 5 (9 inner pixels: −400, four of 100, four of 0) → 200,000 / 9 = 22,222.
import type { ImageStatistic } from "./statistic.ts";

export const sharpness: ImageStatistic = {
  name: "sharpness",
  unit: "level²",
  help: "Variance of the Laplacian of luma: falls when the image is out of focus.",
  low: "blurred",
  high: "sharper",
  compute({ neighbours: { total, laplacian, laplacianSquares } }) {
    return total === 0 ? 0 : Math.max(0, laplacianSquares / total - (laplacian / total) ** 2);
  },
};
