import { gammaSurvival, gammaUpperQuantile } from "../math/pearson-three.ts";
import { effectiveSize } from "../math/two-sample.ts";
import { areaBetween, bridgeAreaMoments, type Cell } from "../math/wasserstein.ts";
import type { Detector } from "./detector.ts";
import type { Distribution } from "./distribution.ts";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { statisticDetector } from "./statistic-detector.ts";

/**
 * Values beyond these reference quantiles are cut to them: a few far ones would drown the rest, and their law is not
 * known from the reference.
 */
const CUT = [0.02, 0.98] as const;
/** Stretches over which the law takes the distribution function to be constant, at most. */
const LAW_PARTS = 50;

/**
 * First Wasserstein distance ∫|F_live(x) − F_reference(x)| dx from `from` to `to`: how far an image's number has to be
 * moved, on average, to turn one distribution into the other, both cut to that range; in the unit of the statistic.
 * Worked number: a shift of every image by 12, small against the range, has distance 0.96·12 = 11.5.
 */
export function wassersteinDistance(live: Distribution, reference: Distribution, from: number, to: number): number {
  const inner = [...live.knots, ...reference.knots].map(({ position }) => position).filter((x) => x > from && x < to);
  const positions = [from, ...inner.sort((a, b) => a - b), to];
  let area = 0;
  for (let index = 1; index < positions.length; index++) {
    const start = positions[index - 1]!;
    const end = positions[index]!;
    if (start === end) continue;
    const atStart = live.atMost(start) - reference.atMost(start);
    const atEnd = live.below(end) - reference.below(end);
    area += areaBetween(atStart, atEnd, end - start);
  }
  return area;
}

/**
 * Its law without drift is a gamma law with the moments of the Brownian bridge's area (math/wasserstein.ts), scaled by
 * √(1/n + 1/m). The bridge's times are the shares of all images, live and reference: a reference that happens to have few
 * images in a long tail would hold every window with the usual number for drift.
 */
export const wasserstein: Detector = statisticDetector({
  name: "wasserstein",
  title: "Wasserstein distance",
  help: "How far an image statistic moved on average, in its own unit.",
  decidedBy: kolmogorovSmirnov.name,
  prepare: (reference) => {
    const [from, to] = [reference.quantile(CUT[0]), reference.quantile(CUT[1])];
    if (!(to > from)) return undefined;
    const inner = reference.cuts(LAW_PARTS).map(({ position }) => position);
    const positions = [from, ...inner.filter((x) => x > from && x < to), to];
    return (live, level) => {
      const size = effectiveSize(live.images, reference.images);
      const { mean, variance } = bridgeAreaMoments(cellsBetween(positions, live, reference));
      const value = wassersteinDistance(live, reference, from, to);
      if (!(variance > 0)) return { value, threshold: value, pValue: 1 };
      const [scaled, shape] = [mean / Math.sqrt(size), mean ** 2 / variance];
      return {
        value,
        threshold: gammaUpperQuantile(level, scaled, shape),
        pValue: gammaSurvival(value, scaled, shape),
      };
    };
  },
});

/** The shares are those of the images of both. */
function cellsBetween(positions: readonly number[], live: Distribution, reference: Distribution): Cell[] {
  const images = live.images + reference.images;
  const pooled = (ofLive: number, ofReference: number): number =>
    (live.images * ofLive + reference.images * ofReference) / images;
  return positions.slice(1).map((end, index) => {
    const start = positions[index]!;
    const first = pooled(live.atMost(start), reference.atMost(start));
    const last = pooled(live.below(end), reference.below(end));
    return { length: end - start, level: (first + last) / 2 };
  });
}
