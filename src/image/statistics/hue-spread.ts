// Formula: 1 − |Σ h| / Σ |h|, h = (R − (G + B) / 2, √3/2 · (G − B)): hue as an angle, weighted by chroma because the hue of grey is
// chance; 0 for an image without colour. Source: circular variance, Mardia & Jupp 2000, "Directional Statistics", section 2.3.
// Worked number: half pure red, half pure green (120° apart) → 1 − cos 60° = 0.5.
import type { ImageStatistic } from "./statistic.ts";

export const hueSpread: ImageStatistic = {
  name: "hue_spread",
  unit: "ratio",
  help: "Circular variance of hue, weighted by chroma: 0 is one hue, 1 is hues all around the circle.",
  low: "made of fewer hues",
  high: "made of more hues",
  compute({ colours }) {
    if (colours.chroma === 0) return 0;
    return Math.max(0, 1 - Math.hypot(colours.hueX, colours.hueY) / colours.chroma);
  },
};
