const MOST_STEPS = 100_000;
/** Steps end when no exchange would gain more than this share of the largest diagonal entry. */
const TOLERANCE = 1e-10;

/**
 * The point q of the simplex (q ≥ 0, Σq = 1) of least |d − Σ_y q_y·m_y|², from the Gram matrix G_yz = m_y·m_z and b_y = m_y·d:
 * least qᵀGq − 2bᵀq. Each step moves weight between the two entries that gain most, as far as is best (sequential minimal
 * optimisation with second-order choice: Fan, Chen & Lin 2005), so no K × K system is solved: time K a step.
 * Worked number: m = (0, 0), (2, 0) and d = (1, 3): q = ½, ½.
 */
export function leastSquaresOnSimplex(gram: readonly Float64Array[], products: ArrayLike<number>): Float64Array {
  const count = gram.length;
  const q = new Float64Array(count).fill(1 / count);
  const gradient = Float64Array.from(gram, (row, y) => row.reduce((sum, value) => sum + value / count, -products[y]!));
  const scale = Math.max(...gram.map((row, y) => row[y]!), Number.MIN_VALUE);
  for (let step = 0; step < MOST_STEPS; step++) {
    const pair = bestExchange(gram, gradient, q);
    if (!pair || gradient[pair.from]! - gradient[pair.to]! <= TOLERANCE * scale) break;
    exchange(gram, gradient, q, pair);
  }
  return q;
}

interface Pair {
  readonly from: number;
  readonly to: number;
}

function bestExchange(gram: readonly Float64Array[], gradient: Float64Array, q: Float64Array): Pair | undefined {
  let to = 0;
  for (let y = 1; y < q.length; y++) if (gradient[y]! < gradient[to]!) to = y;
  let from = -1;
  let best = 0;
  for (let y = 0; y < q.length; y++) {
    const fall = gradient[y]! - gradient[to]!;
    if (q[y] === 0 || fall <= 0) continue;
    const gain = fall ** 2 / Math.max(curvature(gram, y, to), Number.MIN_VALUE);
    if (gain <= best) continue;
    best = gain;
    from = y;
  }
  return from < 0 ? undefined : { from, to };
}

function exchange(gram: readonly Float64Array[], gradient: Float64Array, q: Float64Array, { from, to }: Pair): void {
  const best = (gradient[from]! - gradient[to]!) / curvature(gram, from, to);
  const amount = Math.min(best, q[from]!);
  q[to]! += amount;
  q[from] = amount === q[from] ? 0 : q[from]! - amount;
  for (let y = 0; y < q.length; y++) gradient[y]! += amount * (gram[to]![y]! - gram[from]![y]!);
}

/** |m_a − m_b|² */
function curvature(gram: readonly Float64Array[], a: number, b: number): number {
  return gram[a]![a]! + gram[b]![b]! - 2 * gram[a]![b]!;
}
