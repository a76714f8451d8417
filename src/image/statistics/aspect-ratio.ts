// Formula: width / height of the source after orientation. Source: own. Worked number: 640 × 480 → 1.333.
import type { ImageStatistic } from "./statistic.ts";

export const aspectRatio: ImageStatistic = {
  name: "aspect_ratio",
  unit: "ratio",
  help: "Width over height of the image as it was sent.",
  low: "narrower",
  high: "wider",
  compute: ({ pixels }) => pixels.sourceWidth / pixels.sourceHeight,
};
