import type { PlainState } from "../core/codec.ts";
import { pearsonThreeSurvival, pearsonThreeUpperQuantile } from "../math/pearson-three.ts";
import type { Profile } from "../profile/profile.ts";
import { type Detector, driftSignal, effectiveCount, type FittedDetector, LEAST_IMAGES } from "./detector.ts";

const NAME = "reconstruction_error";

/** The reference's errors, as the skewness of a window's mean needs them. */
interface Fit {
  readonly images: number;
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
}

/**
 * How far the mean PCA reconstruction error of a window is from the reference's, as a share of it: |ē_live/ē_reference
 * − 1|, two-sided (the error of one image is |x − mu − V·Vᵀ(x − mu)|, see profile/projection.ts).
 *
 * The difference of two means has variance s²·τ², τ² = 1/n + 1/m, and skewness γ·(1/n² − 1/m²)/τ³; s, γ: standard
 * deviation and skewness of the reference's errors. Because s comes from the same m images as one of the means, the
 * standardised difference is shifted by γ/(2mτ) and its skewness is larger by 3γ/(mτ) (Edgeworth terms of the
 * studentised mean, Hall 1987). Its tails are taken from a Pearson III law, each side with half of the level.
 * Worked number: ē 5.0 against 4.8, s = 1.2, γ = 0, n = 100, m = 500: value 0.0417, z = 0.2/(1.2·√0.012) = 1.521, p =
 * 0.128.
 */
export const reconstructionError: Detector = {
  name: NAME,
  title: "PCA reconstruction error",
  help: "Relative change of the mean error with which images are rebuilt from the reference's principal components.",
  looksAt: "images",
  fit: ({ projected }) => fitted(fitErrors(projected.map((image) => image.reconstructionError))),
  restore: (state) => fitted(state as unknown as Fit),
};

function fitted(reference: Fit): FittedDetector {
  return {
    compare: (window, level) => {
      const count = effectiveCount(window.images);
      if (count < LEAST_IMAGES || reference.images < LEAST_IMAGES || reference.deviation === 0) return [];
      const judged = judge(reference, meanError(window), count, level);
      return [driftSignal(NAME, { subject: "all", sampleCount: count, ...judged }, level)];
    },
    toState: () => ({ ...reference }) as PlainState,
  };
}

function judge(
  reference: Fit,
  mean: number,
  count: number,
  level: number,
): { value: number; threshold: number; pValue: number } {
  const { skewness, shift, deviation } = nullLaw(reference, count);
  const z = (mean - reference.mean) / deviation - shift;
  // Seen from the other side, the skewness is mirrored.
  const side = z < 0 ? -1 : 1;
  return {
    value: Math.abs(mean / reference.mean - 1),
    threshold: ((pearsonThreeUpperQuantile(level / 2, side * skewness) + side * shift) * deviation) / reference.mean,
    pValue: Math.min(1, 2 * pearsonThreeSurvival(side * z, side * skewness)),
  };
}

/** Standard deviation, mean (in standard deviations) and skewness of the difference of means. */
function nullLaw(reference: Fit, n: number): { deviation: number; shift: number; skewness: number } {
  const m = reference.images;
  const noise = 1 / n + 1 / m;
  const shared = reference.skewness / (m * Math.sqrt(noise));
  return {
    deviation: reference.deviation * Math.sqrt(noise),
    shift: shared / 2,
    skewness: (reference.skewness * (1 / n ** 2 - 1 / m ** 2)) / noise ** 1.5 + 3 * shared,
  };
}

function meanError(window: Profile): number {
  return window.images.reconstructionMoments.mean;
}

function fitErrors(errors: readonly number[]): Fit {
  const images = errors.length;
  const mean = errors.reduce((sum, error) => sum + error, 0) / images;
  const central = (power: number): number => errors.reduce((sum, error) => sum + (error - mean) ** power, 0) / images;
  const deviation = Math.sqrt((central(2) * images) / Math.max(1, images - 1));
  return { images, mean, deviation, skewness: deviation > 0 ? central(3) / deviation ** 3 : 0 };
}
