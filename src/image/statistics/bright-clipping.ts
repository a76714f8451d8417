// Formula: share of pixels with luma ≥ 250. Compression and resizing blur what the sensor clipped at 255, so the highest 2 % count.
// Source: own. Worked number: half black, half white → 0.5.
import { shareOfLevels } from "./luma.ts";
import type { ImageStatistic } from "./statistic.ts";

const LOWEST_LEVEL = 250;

export const brightClipping: ImageStatistic = {
  name: "bright_clipping",
  unit: "ratio",
  help: "Share of pixels that are white (luma of at least 250).",
  low: "less burnt out",
  high: "overexposed",
  compute: ({ levels }) => shareOfLevels(levels, LOWEST_LEVEL, 255),
};
