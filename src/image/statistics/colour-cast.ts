// Formula: mean R − mean B: the axis along which the light's colour temperature and a camera's white balance move an image.
// Source: the red and blue gains of grey-world white balance, Buchsbaum 1980. Worked number: (200, 100, 50) all over → 150.
import type { ImageStatistic } from "./statistic.ts";

export const colourCast: ImageStatistic = {
  name: "colour_cast",
  unit: "8-bit level",
  help: "Mean of red minus blue: negative is bluish, positive is reddish.",
  low: "bluer",
  high: "redder",
  compute: ({ colours }) => (colours.red - colours.blue) / colours.total,
};
