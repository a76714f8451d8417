// Formula: share of pixels with luma ≤ 5. Compression and resizing blur what the sensor clipped at 0, so the lowest 2 % count.
// Source: own. Worked number: half black, half white → 0.5.
import { shareOfLevels } from "./luma.ts";
import type { ImageStatistic } from "./statistic.ts";

const HIGHEST_LEVEL = 5;

export const darkClipping: ImageStatistic = {
  name: "dark_clipping",
  unit: "ratio",
  help: "Share of pixels that are black (luma of at most 5).",
  low: "less black",
  high: "underexposed",
  compute: ({ levels }) => shareOfLevels(levels, 0, HIGHEST_LEVEL),
};
