import type { GramMoments } from "./gram-moments.ts";

/**
 * Variance and skewness that a debiased squared distance of n images from m reference images has without drift:
 *
 *     V  = 2·t2·(1/(n(n−1)) + 2/(n·m) + 1/(m(m−1)))
 *     M3 = 8·max(t3, 0)·(1/n + 1/m)³·(1 − 2/n)/(1 − 1/n)² + 4·max(e3, 0)/(n²(n−1)²);   skewness M3/V^1.5
 *
 * t2, t3, e3: pairSquares, triangles and pairCubes of math/gram-moments.ts (Chen & Qin 2010 for V).
 * Worked number: t2 = 1, t3 = e3 = 0, n = 10, m = 500 gives V = 0.02303 and skewness 0.
 */
export function debiasedNull(
  moments: Omit<GramMoments, "trace">,
  n: number,
  m: number,
): { readonly variance: number; readonly skewness: number } {
  const { pairSquares, triangles, pairCubes } = moments;
  const variance = 2 * pairSquares * (1 / (n * (n - 1)) + 2 / (n * m) + 1 / (m * (m - 1)));
  const spread = (1 / n + 1 / m) ** 3 * ((1 - 2 / n) / (1 - 1 / n) ** 2);
  const third = 8 * Math.max(triangles, 0) * spread + (4 * Math.max(pairCubes, 0)) / (n * (n - 1)) ** 2;
  return { variance, skewness: third / variance ** 1.5 };
}
