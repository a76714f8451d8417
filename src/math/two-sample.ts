import { invertSurvival } from "./pearson-three.ts";

/** Beyond this many terms the alternating series has long converged for every λ that is summed. */
const TERMS = 100;

/**
 * P(K > λ) of Kolmogorov's law, 2·Σ (−1)^(j−1)·exp(−2j²λ²) (Kolmogorov 1933). Below λ = 0.2 it is 1 to 1e−12.
 * Worked number: λ = 1.3581 gives 0.05.
 */
export function kolmogorovSurvival(lambda: number): number {
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let j = 1; j <= TERMS; j++) {
    const term = Math.exp(-2 * (j * lambda) ** 2);
    sum += j % 2 === 1 ? term : -term;
    if (term < 1e-300) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/** 1 / (1/n + 1/m): the size of the one sample that is as noisy as the difference of two. */
export function effectiveSize(n: number, m: number): number {
  return 1 / (1 / n + 1 / m);
}

/**
 * Probability of a distance of two empirical distribution functions above `distance` without a difference, for samples
 * whose effective size (`effectiveSize`) is given; Stephens' (1970) correction makes Kolmogorov's law hold from 4
 * images on. Ties make it an upper bound.
 * Worked number: distance 0.43, size 10: (√10 + 0.12 + 0.11/√10)·0.43 = 1.4264, p = 0.0342.
 */
export function kolmogorovSmirnovProbability(distance: number, size: number): number {
  return kolmogorovSurvival(stephensFactor(size) * distance);
}

/** The distance that is exceeded with probability `level`. */
export function kolmogorovSmirnovThreshold(level: number, size: number): number {
  return invertSurvival(kolmogorovSurvival, level, 0, 8) / stephensFactor(size);
}

function stephensFactor(size: number): number {
  const root = Math.sqrt(size);
  return root + 0.12 + 0.11 / root;
}
