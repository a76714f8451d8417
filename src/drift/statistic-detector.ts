import type { Profile } from "../profile/profile.ts";
import type { QuantileSketch } from "../sketch/quantiles.ts";
import { type Detector, driftSignal, type FittedDetector, type Judged, LEAST_IMAGES } from "./detector.ts";
import { Distribution } from "./distribution.ts";

/** Compares a live distribution with the one it was prepared with. */
export type Comparison = (live: Distribution, level: number) => Omit<Judged, "subject" | "sampleCount">;

export interface StatisticComparison {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly decidedBy?: string;
  /** Prepares the comparison with a reference; undefined when that can tell nothing. */
  prepare(reference: Distribution): Comparison | undefined;
}

/**
 * A detector with one signal per image statistic. All it needs of the reference is in the Profile, so its own state is
 * empty. A statistic that is NaN for an image (bytes of a tensor) is not in the digest and so not in the count; with
 * fewer than 5 on either side it has no signal.
 */
export function statisticDetector(method: StatisticComparison): Detector {
  const build = (reference: Profile, statistics: readonly string[]): FittedDetector => {
    const comparisons = statistics.map((_, index) => {
      const distribution = distributionOf(reference, index);
      return distribution.images < LEAST_IMAGES ? undefined : method.prepare(distribution);
    });
    return {
      compare: (window, level) =>
        statistics.flatMap((subject, index) => {
          const live = distributionOf(window, index);
          const compare = comparisons[index];
          if (!compare || live.images < LEAST_IMAGES) return [];
          const judged = { subject, sampleCount: live.images, ...compare(live, level) };
          return [driftSignal(method.name, judged, level)];
        }),
      toState: () => ({}),
    };
  };
  const { name, title, help, decidedBy } = method;
  return {
    name,
    title,
    help,
    looksAt: "images",
    ...(decidedBy !== undefined && { decidedBy }),
    fit: ({ profile, sample }) => build(profile, sample.statisticNames),
    restore: (_, profile, { statistics }) => build(profile, statistics),
  };
}

function distributionOf({ images }: Profile, index: number): Distribution {
  return Distribution.of(images.statistics[index] as QuantileSketch, images);
}
