// Formula: √(σ²_rg + σ²_yb) + 0.3 √(μ²_rg + μ²_yb), rg = R − G, yb = (R + G) / 2 − B. Source: Hasler & Süsstrunk 2003, "Measuring
// colourfulness in natural images", section 7 (0 grey, 33 moderately, 59 quite, 109 extremely colourful).
// Worked number: (200, 100, 50) all over → 0.3 · √(100² + 100²) = 42.43.
import type { ImageStatistic } from "./statistic.ts";

export const colourfulness: ImageStatistic = {
  name: "colourfulness",
  unit: "8-bit level",
  help: "Hasler-Süsstrunk colourfulness: 0 is grey, 33 moderately colourful, 109 extremely.",
  low: "less colourful",
  high: "more colourful",
  compute({ colours: { total, redGreen, redGreenSquares, yellowBlue, yellowBlueSquares } }) {
    const rg = redGreen / total;
    const yb = yellowBlue / total;
    const variance = redGreenSquares / total - rg * rg + yellowBlueSquares / total - yb * yb;
    return Math.sqrt(Math.max(0, variance)) + 0.3 * Math.hypot(rg, yb);
  },
};
