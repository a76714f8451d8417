/** Sums over luma and its neighbours, at every pixel that has a full 3 × 3 neighbourhood. */
export interface NeighbourSums {
  /** Number of such pixels. */
  readonly total: number;
  /** Σ of the Laplacian (4 neighbours) and of its square. */
  readonly laplacian: number;
  readonly laplacianSquares: number;
  /** Σ |response| to the kernel 1 −2 1 / −2 4 −2 / 1 −2 1. */
  readonly secondDifferences: number;
  /** Σ of the products of the gradient (central differences): the structure tensor of the whole image. */
  readonly gradientXX: number;
  readonly gradientYY: number;
  readonly gradientXY: number;
  /** Entry i: Σ of the capped step |difference| between column (row) i and the next one. */
  readonly columnSteps: Float64Array;
  readonly rowSteps: Float64Array;
}

/** The edges of things are steeper than those of compression blocks; capped, they do not drown them. In 8-bit levels. */
const STEP_CAP = 8;

/** What is summed, in the order of the array that `addRow` adds to. */
const SUMS = 6;

/** One pass: the 3 × 3 window moves on by three reads a pixel. */
export function sumNeighbours(luma: Uint8Array, width: number, height: number): NeighbourSums {
  const sums = new Float64Array(SUMS);
  const columnSteps = new Float64Array(width);
  const rowSteps = new Float64Array(height);
  for (let y = 1; y < height - 1; y++) rowSteps[y] = addRow(luma, width, y, sums, columnSteps);
  return {
    total: Math.max(0, width - 2) * Math.max(0, height - 2),
    laplacian: sums[0]!,
    laplacianSquares: sums[1]!,
    secondDifferences: sums[2]!,
    gradientXX: sums[3]!,
    gradientYY: sums[4]!,
    gradientXY: sums[5]!,
    columnSteps,
    rowSteps,
  };
}

/** Adds row y and returns its steps to the next one. The sums of one row stay small integers, which is what makes this fast. */
function addRow(luma: Uint8Array, width: number, y: number, sums: Float64Array, columnSteps: Float64Array): number {
  let laplacian = 0;
  let laplacianSquares = 0;
  let secondDifferences = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let steps = 0;
  let i = y * width;
  // a b c above, d e f the row itself, g h k below.
  let a = luma[i - width]!;
  let b = luma[i - width + 1]!;
  let d = luma[i]!;
  let e = luma[i + 1]!;
  let g = luma[i + width]!;
  let h = luma[i + width + 1]!;
  for (let x = 1; x < width - 1; x++, i++) {
    const c = luma[i - width + 2]!;
    const f = luma[i + 2]!;
    const k = luma[i + width + 2]!;
    const cross = b + d + f + h;
    const laplace = cross - 4 * e;
    laplacian += laplace;
    laplacianSquares += laplace * laplace;
    secondDifferences += Math.abs(a + c + g + k - 2 * cross + 4 * e);
    const dx = f - d;
    const dy = h - b;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
    columnSteps[x]! += Math.min(Math.abs(f - e), STEP_CAP);
    steps += Math.min(Math.abs(h - e), STEP_CAP);
    a = b;
    b = c;
    d = e;
    e = f;
    g = h;
    h = k;
  }
  sums[0]! += laplacian;
  sums[1]! += laplacianSquares;
  sums[2]! += secondDifferences;
  sums[3]! += xx;
  sums[4]! += yy;
  sums[5]! += xy;
  return steps;
}
