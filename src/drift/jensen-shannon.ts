import { binnedDivergence, divergenceLaw, jensenShannonTerm } from "../math/divergence.ts";
import { gammaSurvival, gammaUpperQuantile } from "../math/pearson-three.ts";
import type { Detector } from "./detector.ts";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { ReferenceBins } from "./reference-bins.ts";
import { statisticDetector } from "./statistic-detector.ts";

export interface JensenShannon {
  readonly value: number;
  readonly threshold: number;
  readonly pValue: number;
}

/**
 * Jensen-Shannon distance √JSD in bits between counts over the same cells, 0 to 1 (Endres & Schindelin 2003), with the
 * law of JSD at the live number of images (math/divergence.ts). `images` is Σ live.
 * Worked number: shares 0.5/0.5 against 1/0, many images: JSD = 0.3113 bits, distance 0.558.
 */
export function jensenShannonDistance(
  live: readonly number[],
  reference: readonly number[],
  images: number,
  level: number,
): JensenShannon {
  const divergence = binnedDivergence(jensenShannonTerm, live, reference);
  const { mean, shape } = divergenceLaw(jensenShannonTerm, Math.round(images), reference);
  return {
    value: Math.sqrt(Math.max(0, divergence)),
    threshold: Math.sqrt(gammaUpperQuantile(level, mean, shape)),
    pValue: gammaSurvival(divergence, mean, shape),
  };
}

export const jensenShannon: Detector = statisticDetector({
  name: "jensen_shannon",
  title: "Jensen-Shannon distance",
  help: "Jensen-Shannon distance of an image statistic over the deciles of the reference, 0 to 1.",
  decidedBy: kolmogorovSmirnov.name,
  prepare: (reference) => {
    const bins = new ReferenceBins(reference);
    if (bins.counts.length < 2) return undefined;
    return (live, level) => jensenShannonDistance(bins.count(live), bins.counts, live.images, level);
  },
});
