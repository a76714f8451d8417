// Formula: √(mean (Y − mean Y)²), RMS contrast. Source: Peli 1990, "Contrast in complex images", equation 3.
// Worked number: half black, half white → 127.5.
import type { ImageStatistic } from "./statistic.ts";

export const contrast: ImageStatistic = {
  name: "contrast",
  unit: "8-bit level",
  help: "Standard deviation of luma.",
  low: "lower in contrast",
  high: "higher in contrast",
  compute: ({ levels }) => levels.standardDeviation,
};
