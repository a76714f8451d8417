import { logGamma } from "./special-functions.ts";

/** One bin's part of a divergence between two shares, both above 0. */
export type DivergenceTerm = (live: number, reference: number) => number;

/**
 * Population stability index, Σ (p − q)·ln(p/q): the symmetrised Kullback-Leibler divergence (Jeffreys 1946), in nats.
 */
export const populationStabilityTerm: DivergenceTerm = (p, q) => (p - q) * Math.log(p / q);

/** Jensen-Shannon divergence (Lin 1991) in bits: 0 for equal shares, 1 for disjoint ones. Its root is a distance. */
export const jensenShannonTerm: DivergenceTerm = (p, q) => {
  const middle = (p + q) / 2;
  return (p * Math.log2(p / middle) + q * Math.log2(q / middle)) / 2;
};

/** Keeps the logarithm finite for an empty bin, and is what Jeffreys' prior for shares would add. */
const SMOOTHING = 0.5;
/** Points at which a bin's law is summed; more change the mean by less than 1e−4 of itself. */
const POINTS = 200;

/**
 * Divergence of two histograms over the same bins, each smoothed by half an image a bin. Counts may be fractions.
 * Worked number: PSI of [5, 15] against [10, 10] is 0.2467; unsmoothed shares 1/4 and 3/4 would give 0.25·ln 3 =
 * 0.2747.
 */
export function binnedDivergence(term: DivergenceTerm, live: ArrayLike<number>, reference: ArrayLike<number>): number {
  const liveTotal = total(live);
  const referenceTotal = total(reference);
  let sum = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    sum += smoothedTerm(term, live[bin] ?? 0, liveTotal, reference[bin]!, referenceTotal, reference.length);
  }
  return sum;
}

/** The gamma law of a divergence without drift. */
export interface DivergenceLaw {
  readonly mean: number;
  readonly shape: number;
}

/**
 * The law of `binnedDivergence` when `n` live images come from where the reference came from.
 *
 * Given reference counts M_b, the live counts are Dirichlet-multinomial(n; M_b + ½): for classes as the predictive law under
 * Jeffreys' prior, without which a rare class that the reference happened to miss makes every window drift; for cuts at
 * the reference's own quantiles nearly exactly, because the spacings of order statistics are Dirichlet. So each count
 * alone is beta-binomial, which gives the mean; a gamma variable of that mean and of
 *
 *     shape = max( (B−1)/2, mean²/v )
 *
 * fits the rest. (B−1)/2 is the chi-square limit; v is the variance at small n, from independent negative binomial
 * counts with the part that the fixed total explains taken out (Holst 1972): v = Σ var f_b − (Σ cov(f_b, N_b))²/Σ var
 * N_b.
 *
 * The fixed thresholds 0.1 and 0.2 in common use know no n: without drift a PSI of 10 bins is above 0.1 in 78 % of
 * windows of 50.
 * Worked number: PSI, 10 bins of 50, n = 100: mean 0.1028, shape 4.5 (the chi-square limit of the mean is 9·(1/100 +
 * 1/500) = 0.108), so 5 % of windows are above 0.193.
 */
export function divergenceLaw(term: DivergenceTerm, n: number, reference: ArrayLike<number>): DivergenceLaw {
  const known = KNOWN.get(reference) ?? new Map<DivergenceTerm, Map<number, DivergenceLaw>>();
  KNOWN.set(reference, known);
  const byCount = known.get(term) ?? new Map<number, DivergenceLaw>();
  known.set(term, byCount);
  const law = byCount.get(n) ?? summedLaw(term, n, reference);
  byCount.delete(n);
  byCount.set(n, law);
  if (byCount.size > MOST_KNOWN) byCount.delete(byCount.keys().next().value as number);
  return law;
}

/** The last ones asked for: windows come back with the same few numbers of images, and a law costs a millisecond. Reference counts do not change. */
const KNOWN = new WeakMap<ArrayLike<number>, Map<DivergenceTerm, Map<number, DivergenceLaw>>>();
const MOST_KNOWN = 100;

function summedLaw(term: DivergenceTerm, n: number, reference: ArrayLike<number>): DivergenceLaw {
  const bins = reference.length;
  const m = total(reference);
  const shapes = Array.from(reference, (count) => count + SMOOTHING);
  const shapeTotal = total(shapes);
  let mean = 0;
  let variance = 0;
  let covariance = 0;
  let countVariance = 0;
  for (let bin = 0; bin < bins; bin++) {
    const shape = shapes[bin]!;
    const grid = countGrid(n, shape / shapeTotal, 1 + n / shapeTotal);
    const terms = grid.map((count) => smoothedTerm(term, count, n, reference[bin]!, m, bins));
    mean += weightedMean(terms, weights(grid, betaBinomial(n, shape, shapeTotal - shape)));
    const free = weights(grid, negativeBinomial(shape, n / (n + shapeTotal)));
    const freeMean = weightedMean(terms, free);
    const countMean = weightedMean(grid, free);
    for (let i = 0; i < grid.length; i++) {
      const weight = free[i]!;
      const fromMean = terms[i]! - freeMean;
      const fromCount = grid[i]! - countMean;
      variance += weight * fromMean ** 2;
      covariance += weight * fromMean * fromCount;
      countVariance += weight * fromCount ** 2;
    }
  }
  const unexplained = variance - covariance ** 2 / countVariance;
  return { mean, shape: Math.max((bins - 1) / 2, mean ** 2 / unexplained) };
}

function smoothedTerm(
  term: DivergenceTerm,
  live: number,
  n: number,
  reference: number,
  m: number,
  bins: number,
): number {
  return term((live + SMOOTHING) / (n + bins * SMOOTHING), (reference + SMOOTHING) / (m + bins * SMOOTHING));
}

/** Whole counts around the mean, evenly thinned when there are many, over all that the law can hold to 1e−12. */
function countGrid(n: number, share: number, spread: number): number[] {
  const deviation = Math.sqrt(n * share * (1 - share) * spread);
  const low = Math.max(0, Math.floor(n * share - 9 * deviation));
  const high = Math.min(n, Math.ceil(n * share + 9 * deviation + 20 * spread));
  const step = Math.max(1, Math.floor((high - low) / POINTS));
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
}

function weights(grid: readonly number[], logDensity: (count: number) => number): Float64Array {
  const raw = Float64Array.from(grid, (count) => Math.exp(logDensity(count)));
  const sum = total(raw);
  return raw.map((value) => value / sum);
}

/** Both densities without the factors that do not depend on the count: the sums are normalised anyway. */
function betaBinomial(n: number, a: number, b: number): (count: number) => number {
  const logMode = logBetaBinomial(Math.round((n * a) / (a + b)), n, a, b);
  return (count) => logBetaBinomial(count, n, a, b) - logMode;
}

function logBetaBinomial(count: number, n: number, a: number, b: number): number {
  return logGamma(count + a) - logGamma(count + 1) + logGamma(n - count + b) - logGamma(n - count + 1);
}

function negativeBinomial(shape: number, success: number): (count: number) => number {
  const log = (count: number): number => logGamma(count + shape) - logGamma(count + 1) + count * Math.log(success);
  const logMode = log(Math.round((shape * success) / (1 - success)));
  return (count) => log(count) - logMode;
}

function weightedMean(values: ArrayLike<number>, shares: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += values[i]! * shares[i]!;
  return sum;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
