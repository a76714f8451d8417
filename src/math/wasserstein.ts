/** A stretch of the real line over which a distribution function is about constant. */
export interface Cell {
  readonly length: number;
  /** P(X ≤ x) in it, between 0 and 1. */
  readonly level: number;
}

/**
 * ∫|d(x)| dx over a stretch of the given length on which d runs straight from `start` to `end`.
 * Worked number: from −1 to 1 over length 2 the two triangles give 1.
 */
export function areaBetween(start: number, end: number, length: number): number {
  const sum = Math.abs(start) + Math.abs(end);
  if (sum === 0) return 0;
  return start * end >= 0 ? (length * sum) / 2 : (length * (start ** 2 + end ** 2)) / (2 * sum);
}

/**
 * Mean and variance of ∫|B(F(x))| dx, B a Brownian bridge: what √(nm/(n+m)) times the first Wasserstein distance of two
 * samples of the law F tends to (del Barrio, Giné & Matrán 1999). With σ_i² = F_i(1 − F_i) and ρ the correlation of the
 * bridge at two cells,
 *
 *     E|B_i| = √(2/π)·σ_i,    E|B_i·B_j| = (2/π)·σ_i·σ_j·(√(1 − ρ²) + ρ·asin ρ)
 *
 * Worked number: the uniform law on [0, 1] has mean √(2/π)·π/8 = 0.3133.
 */
export function bridgeAreaMoments(cells: readonly Cell[]): { readonly mean: number; readonly variance: number } {
  const inner = cells.filter(({ level, length }) => level > 0 && level < 1 && length > 0);
  const deviations = inner.map(({ level }) => Math.sqrt(level * (1 - level)));
  let sum = 0;
  let variance = 0;
  for (const [i, high] of inner.entries()) {
    const weight = high.length * deviations[i]!;
    sum += weight;
    variance += weight ** 2 * (Math.PI / 2 - 1);
    for (let j = 0; j < i; j++) {
      const low = inner[j]!;
      const correlation = Math.min(1, Math.sqrt((low.level * (1 - high.level)) / (high.level * (1 - low.level))));
      const excess = Math.sqrt(1 - correlation ** 2) + correlation * Math.asin(correlation) - 1;
      variance += 2 * weight * low.length * deviations[j]! * excess;
    }
  }
  return { mean: Math.sqrt(2 / Math.PI) * sum, variance: (2 / Math.PI) * variance };
}
