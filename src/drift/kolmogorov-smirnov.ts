import { BridgeMaximum } from "../math/bridge-maximum.ts";
import { effectiveSize } from "../math/two-sample.ts";
import type { Detector } from "./detector.ts";
import type { Cut, Distribution } from "./distribution.ts";
import { type Comparison, statisticDetector } from "./statistic-detector.ts";

/** The functions are compared at no more places than this less one, the same for every window, so that the law can be known. */
const PARTS = 50;

/**
 * D = max |F_live(x) − F_reference(x)| over at most 49 places x that cut the reference into about equal parts. A digest of
 * many images knows little of what is between them, so its supremum over all x is smaller than the one that Kolmogorov's
 * law is about.
 * Worked number: live 1 to 100 against reference 31 to 130: up to 70, where live has 0.70, reference has 0.40: D = 0.3.
 */
export function kolmogorovSmirnovDistance(live: Distribution, cuts: readonly Cut[]): number {
  return Math.max(0, ...cuts.map(({ position, share }) => Math.abs(live.atMost(position) - share)));
}

/**
 * Value, threshold and probability of the distance, for any two digests. √size·D, size = 1/(1/n + 1/m), has the law of a
 * Brownian bridge's maximum over the cuts' shares (math/bridge-maximum.ts), with equal values or without.
 */
export function compareByKolmogorovSmirnov(reference: Distribution): Comparison | undefined {
  const cuts = reference.cuts(PARTS);
  if (cuts.length === 0) return undefined;
  const law = new BridgeMaximum(cuts.map(({ share }) => share));
  return (live, level) => {
    const root = Math.sqrt(effectiveSize(live.images, reference.images));
    const value = kolmogorovSmirnovDistance(live, cuts);
    return { value, threshold: law.upperQuantile(level) / root, pValue: law.survival(root * value) };
  };
}

export const kolmogorovSmirnov: Detector = statisticDetector({
  name: "kolmogorov_smirnov",
  title: "Kolmogorov-Smirnov distance",
  help: "Largest difference between the live and the reference distribution function of an image statistic, 0 to 1.",
  prepare: compareByKolmogorovSmirnov,
});
