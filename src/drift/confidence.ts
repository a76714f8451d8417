import type { Profile } from "../profile/profile.ts";
import { type Detector, driftSignal, type FittedDetector, LEAST_IMAGES } from "./detector.ts";
import { Distribution } from "./distribution.ts";
import { compareByKolmogorovSmirnov } from "./kolmogorov-smirnov.ts";

const NAME = "confidence";

/**
 * Kolmogorov-Smirnov distance between the live and the reference distribution of the confidence in the predicted class
 * (see kolmogorov-smirnov.ts). Answers without a score are not in the digests; without five on either side there is no
 * signal.
 */
export const confidence: Detector = {
  name: NAME,
  title: "Confidence",
  help: "Largest difference between the live and the reference distribution function of the predicted class's score, 0 to 1.",
  looksAt: "predictions",
  fit: ({ profile }) => fitted(profile),
  restore: (_, profile) => fitted(profile),
};

function fitted(profile: Profile): FittedDetector {
  const reference = distributionOf(profile);
  const compare = compareByKolmogorovSmirnov(reference);
  return {
    compare: (window, level) => {
      const live = distributionOf(window);
      if (!compare || live.images < LEAST_IMAGES || reference.images < LEAST_IMAGES) return [];
      return [driftSignal(NAME, { subject: "all", sampleCount: live.images, ...compare(live, level) }, level)];
    },
    toState: () => ({}),
  };
}

function distributionOf({ predictions }: Profile): Distribution {
  return Distribution.of(predictions.confidence, predictions);
}
