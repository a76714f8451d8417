import { gammaSurvival, gammaUpperQuantile } from "../math/pearson-three.ts";
import { effectiveSize } from "../math/two-sample.ts";
import { areaBetween, bridgeAreaMoments, type Cell } from "../math/wasserstein.ts";
import type { Detector } from "./detector.ts";
import type { Distribution } from "./distribution.ts";
import { statisticDetector } from "./statistic-detector.ts";

/**
 * Values beyond these reference quantiles are cut to them: a few far ones would drown the rest, and their law is not
 * known from the reference.
 */
const CUT = [0.02, 0.98] as const;

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
 * √(1/n + 1/m).
 */
export const wasserstein: Detector = statisticDetector({
  name: "wasserstein",
  title: "Wasserstein distance",
  help: "How far an image statistic moved on average, in its own unit.",
  prepare: (reference) => {
    const [from, to] = [reference.quantile(CUT[0]), reference.quantile(CUT[1])];
    const { mean, variance } = bridgeAreaMoments(cellsBetween(reference, from, to));
    if (!(variance > 0)) return undefined;
    const shape = mean ** 2 / variance;
    return (live, level) => {
      const scaled = mean / Math.sqrt(effectiveSize(live.images, reference.images));
      const value = wassersteinDistance(live, reference, from, to);
      return {
        value,
        threshold: gammaUpperQuantile(level, scaled, shape),
        pValue: gammaSurvival(value, scaled, shape),
      };
    };
  },
});

function cellsBetween(reference: Distribution, from: number, to: number): Cell[] {
  const inner = reference.knots.map(({ position }) => position).filter((x) => x > from && x < to);
  const positions = [from, ...inner, to];
  return positions.slice(1).map((end, index) => {
    const start = positions[index]!;
    return { length: end - start, level: (reference.atMost(start) + reference.below(end)) / 2 };
  });
}
