/** More change nothing in the last of the digits that are shown. */
const SWEEPS = 300;
const SMALLEST_STEP = 1e-10;

/**
 * Weights x ≥ 0 that minimise |d − Σ x_f·u_f|² for unit vectors u_f, from their products with each other and with d: cyclic coordinate
 * descent, x_f ← max(0, u_f·d − Σ_{h≠f} x_h·u_f·u_h) (Franc, Hlaváč & Navara 2005, algorithm 1).
 *
 * Worked number: u_1·u_2 = 0.5, d = u_1 + 0.5·u_2, so u·d = (1.25, 1): x = (1, 0.5). With u·d = (1, 0.2): x = (1, 0).
 *
 * @param gram F × F, ones on the diagonal
 * @param products F
 */
export function nonnegativeLeastSquares(gram: readonly ArrayLike<number>[], products: ArrayLike<number>): Float64Array {
  const weights = new Float64Array(products.length);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (const [f, row] of gram.entries()) {
      let left = products[f]!;
      for (let h = 0; h < weights.length; h++) if (h !== f) left -= weights[h]! * row[h]!;
      const weight = Math.max(0, left);
      largest = Math.max(largest, Math.abs(weight - weights[f]!));
      weights[f] = weight;
    }
    if (largest < SMALLEST_STEP) break;
  }
  return weights;
}
