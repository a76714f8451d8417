import { binnedDivergence, divergenceLaw, populationStabilityTerm } from "../math/divergence.ts";
import { gammaSurvival, gammaUpperQuantile } from "../math/pearson-three.ts";
import type { Detector } from "./detector.ts";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { ReferenceBins } from "./reference-bins.ts";
import { statisticDetector } from "./statistic-detector.ts";

/**
 * PSI = Σ_b (p_b − q_b)·ln(p_b/q_b) over bins cut at the reference's deciles, with half an image added to each bin
 * (math/divergence.ts). What it may be without drift depends on n, so the threshold does too.
 * Worked number: at n = 50 and m = 2,000 its mean without drift is 0.168 and its threshold at 5 % is 0.316, although
 * above 0.1 is commonly called a change; live counts 5, 5, six times 10, 15, 15 against ten equal bins give 0.099.
 */
export const populationStability: Detector = statisticDetector({
  name: "population_stability",
  title: "Population stability index",
  help: "PSI of an image statistic over the deciles of the reference, with a threshold that knows the number of images.",
  decidedBy: kolmogorovSmirnov.name,
  prepare: (reference) => {
    const bins = new ReferenceBins(reference);
    if (bins.counts.length < 2) return undefined;
    return (live, level) => {
      const value = binnedDivergence(populationStabilityTerm, bins.count(live), bins.counts);
      const { mean, shape } = divergenceLaw(populationStabilityTerm, Math.round(live.images), bins.counts);
      return {
        value,
        threshold: gammaUpperQuantile(level, mean, shape),
        pValue: gammaSurvival(value, mean, shape),
      };
    };
  },
});
