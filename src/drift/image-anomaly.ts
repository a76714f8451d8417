import type { Features } from "../core/features.ts";
import type { Profile } from "../profile/profile.ts";
import type { Projected } from "../profile/projection.ts";
import { LEAST_IMAGES } from "./detector.ts";
import { Distribution } from "./distribution.ts";
import { TailProbability } from "./tail-probability.ts";

/** An image less probable than this among reference images is called unusual. */
const UNUSUAL_BELOW = 0.01;
/** The reference range that is shown: all but 1 in 100 of its images. */
const RANGE = [0.005, 0.995] as const;

/** One image judged on its own. */
export interface ImageAnomaly {
  /** −log10 of the probability that a reference image is this unusual, 0 to 12. */
  readonly score: number;
  readonly unusual: boolean;
  /** The number that is furthest out: "sharpness 12, reference 40 to 900"; "" when the image has no numbers. */
  readonly reason: string;
}

interface Measure {
  readonly name: string;
  readonly tail: TailProbability;
  readonly range: readonly [number, number];
}

/**
 * Judges single images by their numbers: every image statistic and the PCA reconstruction error. Each gets its
 * two-sided tail probability among the reference images; p = min(1, count × the smallest) holds whatever the numbers'
 * dependence (Bonferroni). About 1 % of images like the reference are unusual; a little less when the numbers are
 * correlated. A NaN number is left out and not counted.
 */
export class AnomalyJudge {
  readonly #statistics: readonly (Measure | undefined)[];
  readonly #reconstructionError: Measure | undefined;

  /** `statistics` are the names, in the order of the reference's. */
  constructor(reference: Profile, statistics: readonly string[]) {
    const { images } = reference;
    const measure = (name: string, distribution: Distribution): Measure | undefined => {
      if (distribution.images < LEAST_IMAGES) return undefined;
      const range = [distribution.quantile(RANGE[0]), distribution.quantile(RANGE[1])] as const;
      return { name: name.replaceAll("_", " "), tail: new TailProbability(distribution), range };
    };
    this.#statistics = images.statistics.map((sketch, index) =>
      measure(statistics[index] as string, Distribution.of(sketch, images)),
    );
    this.#reconstructionError = measure("reconstruction error", Distribution.of(images.reconstructionError, images));
  }

  judge(features: Features, projected: Projected): ImageAnomaly {
    const measured = [
      ...this.#statistics.map((measure, index) => ({ measure, value: features.statistics[index]! })),
      { measure: this.#reconstructionError, value: projected.reconstructionError },
    ];
    let count = 0;
    let least = 2;
    let reason = "";
    for (const { measure, value } of measured) {
      if (!measure || !Number.isFinite(value)) continue;
      count++;
      const probability = measure.tail.twoSided(value);
      if (probability >= least) continue;
      least = probability;
      reason = describe(measure, value);
    }
    const probability = Math.min(1, count * least);
    return {
      score: count === 0 ? 0 : Math.abs(Math.log10(probability)),
      unusual: count > 0 && probability < UNUSUAL_BELOW,
      reason,
    };
  }
}

function describe({ name, range }: Measure, value: number): string {
  return `${name} ${short(value)}, reference ${short(range[0])} to ${short(range[1])}`;
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
