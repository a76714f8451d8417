// Formula: mean luma, Y = 0.299 R + 0.587 G + 0.114 B. Source: ITU-R BT.601. Worked number: (200, 100, 50) all over → 124.
import type { ImageStatistic } from "./statistic.ts";

export const brightness: ImageStatistic = {
  name: "brightness",
  unit: "8-bit level",
  help: "Mean luma (BT.601): 0 is black, 255 is white.",
  low: "darker",
  high: "brighter",
  compute: ({ levels }) => levels.mean,
};
