import { effectiveSize, kolmogorovSmirnovProbability, kolmogorovSmirnovThreshold } from "../math/two-sample.ts";
import type { Detector } from "./detector.ts";
import type { Distribution } from "./distribution.ts";
import { type Comparison, statisticDetector } from "./statistic-detector.ts";

/**
 * D = sup_x |F_live(x) − F_reference(x)|, read at every bend and on both sides of every jump of the two digests; its
 * law is Kolmogorov's with Stephens' correction at the effective size 1/(1/n + 1/m) (math/two-sample.ts).
 * Worked number: live 1 to 10 against reference 3.5 to 12.5 in steps of 1: 3 of 10 live values come first, D = 0.3.
 */
export function kolmogorovSmirnovDistance(live: Distribution, reference: Distribution): number {
  let distance = 0;
  for (const { position } of [...live.knots, ...reference.knots]) {
    const right = Math.abs(live.atMost(position) - reference.atMost(position));
    const left = Math.abs(live.below(position) - reference.below(position));
    distance = Math.max(distance, left, right);
  }
  return distance;
}

/** Value, threshold and probability of the distance, for any two digests. */
export function compareByKolmogorovSmirnov(reference: Distribution): Comparison {
  return (live, level) => {
    const size = effectiveSize(live.images, reference.images);
    const value = kolmogorovSmirnovDistance(live, reference);
    return {
      value,
      threshold: kolmogorovSmirnovThreshold(level, size),
      pValue: kolmogorovSmirnovProbability(value, size),
    };
  };
}

export const kolmogorovSmirnov: Detector = statisticDetector({
  name: "kolmogorov_smirnov",
  title: "Kolmogorov-Smirnov distance",
  help: "Largest difference between the live and the reference distribution function of an image statistic, 0 to 1.",
  prepare: compareByKolmogorovSmirnov,
});
