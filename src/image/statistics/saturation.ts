// Formula: mean of (max − min) / max over the channels, 0 for black. Source: the S of HSV, Smith 1978, "Color gamut transform pairs".
// Worked number: (200, 100, 50) all over → 0.75.
import type { ImageStatistic } from "./statistic.ts";

export const saturation: ImageStatistic = {
  name: "saturation",
  unit: "ratio",
  help: "Mean saturation of HSV: 0 is grey, 1 is a pure colour.",
  low: "paler",
  high: "more saturated",
  compute: ({ colours }) => colours.saturation / colours.total,
};
