import { dot, meanRow } from "./linear-algebra.ts";

/** What the law of a debiased squared distance needs to know about the rows' covariance. */
export interface GramMoments {
  /** Σ |f_i|² / (m − 1): the trace of the covariance. */
  readonly trace: number;
  /** Mean over pairs of G². */
  readonly pairSquares: number;
  /** Mean over triples of G_ij·G_jl·G_li. */
  readonly triangles: number;
  /** Mean over pairs of G³. */
  readonly pairCubes: number;
}

/**
 * Unbiased up to 1/m for the traces of powers of the rows' covariance Σ: pairSquares → tr Σ², triangles → tr Σ³. Rows
 * are centred on their mean and stretched by √(m/(m−1)); G is their Gram matrix without its diagonal (Chen & Qin 2010,
 * section 3). Time m²·(columns + m)/2, so callers bound the number of rows. Fewer than 3 rows give zeros.
 * Worked number: rows 1, −1, 1, −1 have Σ = 4/3; G = ±4/3, so pairSquares = 16/9.
 */
export function gramMoments(rows: readonly Float64Array[]): GramMoments {
  const m = rows.length;
  if (m < 3) return { trace: 0, pairSquares: 0, triangles: 0, pairCubes: 0 };
  const centred = centre(rows);
  const gram = centred.map((row, i) => Float64Array.from(centred, (other, l) => (l < i ? dot(row, other) : 0)));
  for (let i = 0; i < m; i++) for (let l = 0; l < i; l++) gram[l]![i] = gram[i]![l]!;
  let squares = 0;
  let cubes = 0;
  let triangles = 0;
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < i; l++) {
      const value = gram[i]![l]!;
      squares += value ** 2;
      cubes += value ** 3;
      triangles += value * dot(gram[i]!, gram[l]!);
    }
  }
  const pairs = (m * (m - 1)) / 2;
  return {
    // The rows are stretched already, so their mean square is the unbiased trace.
    trace: centred.reduce((sum, row) => sum + dot(row, row), 0) / m,
    pairSquares: squares / pairs,
    triangles: triangles / (pairs * (m - 2)),
    pairCubes: cubes / pairs,
  };
}

function centre(rows: readonly Float64Array[]): Float64Array[] {
  const mean = meanRow(rows);
  const stretch = Math.sqrt(rows.length / (rows.length - 1));
  return rows.map((row) => row.map((value, j) => (value - mean[j]!) * stretch));
}
