import type { FourierCounters, LifetimeCounters } from "../core/counters.ts";
import type { Features } from "../core/features.ts";
import type { Outcome } from "../core/prediction.ts";
import { Distribution } from "../drift/distribution.ts";
import { classQuality } from "../performance/realised.ts";
import type { Profile } from "../profile/profile.ts";
import type { Projected } from "../profile/projection.ts";
import type { Reference } from "../reference/load.ts";
import type { FourierReference } from "../sketch/fourier-features.ts";

const CONFIDENCE_EDGES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const BINS = 10;
/** Whitened principal components whose means are exported. */
const COMPONENTS = 16;

interface StatisticBins {
  readonly statistic: string;
  readonly upperEdges: number[];
  readonly counts: number[];
  readonly referenceCounts: number[];
}

export interface CountedPrediction {
  readonly outcome: Outcome;
  readonly weight: number;
  readonly calibratedConfidence: number;
}

/**
 * Sums since the start, for Prometheus. Drift is carried by plain counters per bin of the reference's deciles, because those
 * add over replicas and windows; quantiles and scores do not.
 */
export class Lifetime {
  readonly #classes: readonly string[];
  readonly #predictions: number[];
  readonly #truePositives: number[];
  readonly #falsePositives: number[];
  readonly #falseNegatives: number[];
  readonly #referencePredictions: ReadonlyMap<string, number>;
  readonly #referenceRecalls: ReadonlyMap<string, number>;
  readonly #fourier: Reference["fourier"] | undefined;
  readonly #fourierSums: number[];
  readonly #bins: readonly StatisticBins[];
  readonly #components: { positive: number; negative: number; squares: number }[];
  readonly #confidence = { counts: new Array<number>(CONFIDENCE_EDGES.length + 1).fill(0), sum: 0 };
  #images = 0;
  #imageWeightSquares = 0;
  #predictionWeightSquares = 0;
  #labelledWeightSquares = 0;
  #driftingImages = 0;
  #lastDriftingImage: LifetimeCounters["lastDriftingImage"];
  #labelled = 0;
  #labelledIncorrect = 0;
  #correctedToCorrect = 0;
  #correctedToIncorrect = 0;
  #estimated = 0;
  #estimatedCorrect = 0;
  #estimatedCorrectVariance = 0;
  #labelledEstimated = 0;
  #labelledEstimatedCorrect = 0;

  constructor(
    classes: readonly string[],
    statistics: readonly string[],
    reference: Pick<Reference, "profile" | "fourier"> | undefined,
  ) {
    this.#classes = [...classes, "other"];
    const perClass = (): number[] => new Array<number>(this.#classes.length).fill(0);
    this.#predictions = perClass();
    this.#truePositives = perClass();
    this.#falsePositives = perClass();
    this.#falseNegatives = perClass();
    const profile = reference?.profile;
    this.#referencePredictions = new Map(
      profile ? this.#classes.map((name, index) => [name, profile.predictions.classWeights[index] ?? 0]) : [],
    );
    this.#referenceRecalls = profile ? recallsOf(classes, profile) : new Map();
    this.#fourier = reference?.fourier;
    this.#fourierSums = this.#fourier?.means.map(() => 0) ?? [];
    this.#bins = profile ? statistics.map((name, index) => referenceBins(name, index, profile)) : [];
    const components = Math.min(COMPONENTS, profile?.shape.components ?? 0);
    this.#components = Array.from({ length: components }, () => ({ positive: 0, negative: 0, squares: 0 }));
  }

  countPrediction({ outcome, weight, calibratedConfidence }: CountedPrediction): void {
    add(this.#predictions, outcome.classIndex, weight);
    this.#predictionWeightSquares += weight * weight;
    if (!Number.isNaN(outcome.confidence)) {
      add(this.#confidence.counts, bucketOf(outcome.confidence, CONFIDENCE_EDGES), weight);
      this.#confidence.sum += weight * outcome.confidence;
    }
    if (Number.isNaN(calibratedConfidence)) return;
    this.#estimated += weight;
    this.#estimatedCorrect += weight * calibratedConfidence;
    this.#estimatedCorrectVariance += weight * calibratedConfidence * (1 - calibratedConfidence);
  }

  countImage(features: Features, projected: Projected | undefined, unusual: boolean): void {
    this.#images += features.weight;
    this.#imageWeightSquares += features.weight ** 2;
    if (unusual) this.#countDrifting(features);
    for (const [index, bins] of this.#bins.entries()) {
      const value = features.statistics[index] as number;
      if (Number.isFinite(value)) add(bins.counts, bucketOf(value, bins.upperEdges), features.weight);
    }
    if (!projected) return;
    this.#fourier?.features.addTo(this.#fourierSums, projected.components, features.weight);
    for (const [index, sums] of this.#components.entries()) {
      const z = projected.components[index] as number;
      if (z > 0) sums.positive += features.weight * z;
      else sums.negative -= features.weight * z;
      sums.squares += features.weight * z * z;
    }
  }

  #countDrifting({ ids: [id], timeSeconds, weight }: Features): void {
    this.#driftingImages += weight;
    if (id !== undefined) this.#lastDriftingImage = { id, timeSeconds, weight };
  }

  countLabel(predictedClass: number, trueClass: number, calibratedConfidence: number, weight: number): void {
    this.#labelled += weight;
    this.#labelledWeightSquares += weight * weight;
    if (!Number.isNaN(calibratedConfidence)) {
      this.#labelledEstimated += weight;
      this.#labelledEstimatedCorrect += weight * calibratedConfidence;
    }
    if (predictedClass === trueClass) {
      add(this.#truePositives, trueClass, weight);
      return;
    }
    this.#labelledIncorrect += weight;
    add(this.#falsePositives, predictedClass, weight);
    add(this.#falseNegatives, trueClass, weight);
  }

  /** Counters only grow, so a changed answer is counted beside the first one. */
  countCorrection(predictedClass: number, before: number, now: number, weight: number): void {
    if ((predictedClass === before) === (predictedClass === now)) return;
    if (predictedClass === now) this.#correctedToCorrect += weight;
    else this.#correctedToIncorrect += weight;
  }

  counters(): LifetimeCounters {
    const named = (values: readonly number[]): ReadonlyMap<string, number> =>
      new Map(this.#classes.map((name, index) => [name, values[index] as number]));
    return {
      predictions: named(this.#predictions),
      confidence: { upperEdges: CONFIDENCE_EDGES, ...this.#confidence },
      images: this.#images,
      imageWeightSquares: this.#imageWeightSquares,
      predictionWeightSquares: this.#predictionWeightSquares,
      labelledWeightSquares: this.#labelledWeightSquares,
      driftingImages: this.#driftingImages,
      ...(this.#lastDriftingImage && { lastDriftingImage: this.#lastDriftingImage }),
      statisticBins: this.#bins,
      components: this.#components,
      ...(this.#fourier && { fourier: fourierCounters(this.#fourierSums, this.#fourier) }),
      referencePredictions: this.#referencePredictions,
      referenceRecalls: this.#referenceRecalls,
      labelled: this.#labelled,
      labelledIncorrect: this.#labelledIncorrect,
      correctedToCorrect: this.#correctedToCorrect,
      correctedToIncorrect: this.#correctedToIncorrect,
      truePositives: named(this.#truePositives),
      falsePositives: named(this.#falsePositives),
      falseNegatives: named(this.#falseNegatives),
      estimated: this.#estimated,
      estimatedCorrect: this.#estimatedCorrect,
      estimatedCorrectVariance: this.#estimatedCorrectVariance,
      labelledEstimated: this.#labelledEstimated,
      labelledEstimatedCorrect: this.#labelledEstimatedCorrect,
    };
  }
}

function recallsOf(classes: readonly string[], reference: Profile): ReadonlyMap<string, number> {
  const recalls = classes.map((name, index) => [name, classQuality(reference, index).recall?.value] as const);
  return new Map(recalls.filter((entry): entry is readonly [string, number] => entry[1] !== undefined));
}

function fourierCounters(
  sums: readonly number[],
  { means, nullMean, nullDeviation }: FourierReference,
): FourierCounters {
  return { sums, referenceMeans: means, nullMean, nullDeviation };
}

function add(sums: number[], index: number, weight: number): void {
  sums[index] = (sums[index] ?? 0) + weight;
}

/** Index of the first edge ≥ value; the number of edges when there is none. */
function bucketOf(value: number, upperEdges: readonly number[]): number {
  const bucket = upperEdges.findIndex((edge) => value <= edge);
  return bucket < 0 ? upperEdges.length : bucket;
}

/**
 * Deciles of the reference; equal ones are cut to one, so bins may hold unequal shares and their counts are exported too. A value that many images
 * share (a clipping of 0, an aspect ratio of 1) belongs wholly to the bin that it closes, as it does when live images are counted.
 */
function referenceBins(statistic: string, index: number, { images }: Profile): StatisticBins {
  const sketch = images.statistics[index];
  const reference = sketch && Distribution.of(sketch, images);
  const deciles = Array.from({ length: BINS - 1 }, (_, bin) => reference?.quantile((bin + 1) / BINS) ?? Number.NaN);
  const upperEdges = [...new Set(deciles.filter((edge) => Number.isFinite(edge)))];
  const shares = [...upperEdges.map((edge) => reference?.atMost(edge) ?? 0), 1];
  const referenceCounts = shares.map((share, bin) =>
    Math.round((sketch?.count ?? 0) * (share - (bin === 0 ? 0 : (shares[bin - 1] as number)))),
  );
  return { statistic, upperEdges, counts: new Array<number>(upperEdges.length + 1).fill(0), referenceCounts };
}
