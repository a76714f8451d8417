export interface FourierCounters {
  /** Σ w·(1 + cos(ω·z + b)) per feature: 1 is added because a counter must not fall. */
  readonly sums: readonly number[];
  readonly referenceMeans: readonly number[];
  /** Mean and standard deviation of MMD² without drift, in units of 1/n + 1/m. */
  readonly nullMean: number;
  readonly nullDeviation: number;
}

/**
 * Sums since the process started: what Prometheus adds over replicas and windows. All are weighted by the inverse of the
 * sampling probability, only grow, and exist at zero from the start.
 */
export interface LifetimeCounters {
  /** Per class name ("other" last). */
  readonly predictions: ReadonlyMap<string, number>;
  /** Confidence histogram: counts per bucket, not cumulative; the last bucket is +Inf. */
  readonly confidence: {
    readonly upperEdges: readonly number[];
    readonly counts: readonly number[];
    readonly sum: number;
  };
  readonly images: number;
  /** Sums of squared weights: (Σw)²/Σw² terms of equal weight would be as noisy (Kish 1965). */
  readonly imageWeightSquares: number;
  readonly predictionWeightSquares: number;
  readonly labelledWeightSquares: number;
  readonly driftingImages: number;
  /** The newest of them: leads from a point of a curve to the picture. Absent before the first. */
  readonly lastDriftingImage?: { readonly id: string; readonly timeSeconds: number; readonly weight: number };
  /** Bins are cut at the reference's deciles; bin b holds values ≤ upperEdges[b], the last one is open. */
  readonly statisticBins: readonly {
    readonly statistic: string;
    readonly upperEdges: readonly number[];
    readonly counts: readonly number[];
    readonly referenceCounts: readonly number[];
  }[];
  /** Positive and negative parts of the first whitened principal components, kept apart because a counter must not fall. */
  readonly components: readonly { readonly positive: number; readonly negative: number; readonly squares: number }[];
  /** Random Fourier features of the embedding, and what the reference has; absent without a reference. */
  readonly fourier?: FourierCounters;
  readonly referencePredictions: ReadonlyMap<string, number>;
  /** Of the classes that have labelled reference images. */
  readonly referenceRecalls: ReadonlyMap<string, number>;
  readonly labelled: number;
  readonly labelledIncorrect: number;
  /** Of those counted before, the ones whose corrected label made the prediction right after all, or wrong. */
  readonly correctedToCorrect: number;
  readonly correctedToIncorrect: number;
  /** Per class name. */
  readonly truePositives: ReadonlyMap<string, number>;
  readonly falsePositives: ReadonlyMap<string, number>;
  readonly falseNegatives: ReadonlyMap<string, number>;
  /** CBPE sums: predictions, sum of calibrated confidence c, sum of c(1−c); and the first two over the labelled ones. */
  readonly estimated: number;
  readonly estimatedCorrect: number;
  readonly estimatedCorrectVariance: number;
  readonly labelledEstimated: number;
  readonly labelledEstimatedCorrect: number;
}
