// Formula: √(π/2) / 6 · mean |N ∗ Y|, N = 1 −2 1 / −2 4 −2 / 1 −2 1, which cancels planes and straight edges: the standard deviation of
// white noise. Source: Immerkær 1996, "Fast noise variance estimation", equation 5. Resizing averages the sensor's noise, so this is the
// noise at the analysed size; fine texture counts as noise.
// Worked number: one pixel of 100 on black, 5 × 5 (|responses| 400, four of 200, four of 100) → 1,600 / 9 · 0.20889 = 37.1.
import type { ImageStatistic } from "./statistic.ts";

const TO_STANDARD_DEVIATION = Math.sqrt(Math.PI / 2) / 6;

export const noise: ImageStatistic = {
  name: "noise",
  unit: "8-bit level",
  help: "Standard deviation of pixel noise in luma, estimated from second differences.",
  low: "smoother",
  high: "noisier",
  compute({ neighbours: { total, secondDifferences } }) {
    return total === 0 ? 0 : (TO_STANDARD_DEVIATION * secondDifferences) / total;
  },
};
