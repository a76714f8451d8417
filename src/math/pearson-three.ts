import { lowerGammaRatio, normalSurvival, upperGammaRatio } from "./special-functions.ts";

/**
 * Below this skewness the gamma law is the normal one to 1 % of its tail at z = 4, and its shape 4/g² overflows the
 * series.
 */
const NORMAL_BELOW = 1e-3;

/**
 * P(Z > z) for a Pearson type III variable (a shifted gamma variable) with mean 0, variance 1 and the given skewness g:
 *
 *     g > 0:  Q(a, a + √a·z),  a = 4/g²          g < 0:  the mirror image          (Johnson, Kotz & Balakrishnan 1994, ch. 17)
 *
 * Worked number: g = 2 is the exponential law less its mean, so P(Z > 1) = e^−2 = 0.1353.
 */
export function pearsonThreeSurvival(z: number, skewness: number): number {
  if (Math.abs(skewness) < NORMAL_BELOW) return normalSurvival(z);
  const shape = 4 / skewness ** 2;
  const x = shape + Math.sqrt(shape) * (skewness > 0 ? z : -z);
  if (x <= 0) return skewness > 0 ? 1 : 0;
  return skewness > 0 ? upperGammaRatio(shape, x) : lowerGammaRatio(shape, x);
}

/** The z that is exceeded with probability `level`: the inverse of `pearsonThreeSurvival` in its first argument. */
export function pearsonThreeUpperQuantile(level: number, skewness: number): number {
  return invertSurvival((z) => pearsonThreeSurvival(z, skewness), level, -40, 40);
}

/** The value exceeded with probability `level` by a gamma variable of the given mean and shape. */
export function gammaUpperQuantile(level: number, mean: number, shape: number): number {
  return invertSurvival(
    (x) => gammaSurvival(x, mean, shape),
    level,
    0,
    mean * (1 + 100 / shape + 40 / Math.sqrt(shape)),
  );
}

/** P(X > x) for a gamma variable of the given mean and shape. */
export function gammaSurvival(x: number, mean: number, shape: number): number {
  return x <= 0 ? 1 : upperGammaRatio(shape, (x * shape) / mean);
}

/**
 * Where a falling survival function crosses `level` (0 < level < 1), by bisection to the last bit; `low` and `high`
 * enclose it, and `high` is pushed out until it does.
 */
export function invertSurvival(survival: (x: number) => number, level: number, low: number, high: number): number {
  let inside = low;
  let outside = high;
  while (survival(outside) > level && outside < Number.MAX_VALUE / 4) outside *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = (inside + outside) / 2;
    if (middle === inside || middle === outside) break;
    if (survival(middle) > level) inside = middle;
    else outside = middle;
  }
  return outside;
}
