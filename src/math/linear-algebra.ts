import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Mean of equally long rows. */
export function meanRow(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j]! += row[j]! / rows.length;
  return mean;
}

/** Σ a_j·b_j, four sums at a time: the loop that every projected image spends its time in. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>, bOffset = 0): number {
  const { length } = a;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < length; j += 4) {
    s0 += a[j]! * b[bOffset + j]!;
    s1 += a[j + 1]! * b[bOffset + j + 1]!;
    s2 += a[j + 2]! * b[bOffset + j + 2]!;
    s3 += a[j + 3]! * b[bOffset + j + 3]!;
  }
  for (; j < length; j++) s0 += a[j]! * b[bOffset + j]!;
  return s0 + s1 + s2 + s3;
}

/** Mean over all pairs of different rows of (f_i·f_l)², the rows centred on their mean; 0 for fewer than two. */
export function meanPairSquare(rows: readonly Float64Array[]): number {
  const mean = meanRow(rows);
  const centred = rows.map((row) => row.map((value, j) => value - mean[j]!));
  let sum = 0;
  for (let i = 0; i < centred.length; i++) {
    for (let l = 0; l < i; l++) sum += dot(centred[i]!, centred[l]!) ** 2;
  }
  const pairs = (rows.length * (rows.length - 1)) / 2;
  return pairs > 0 ? sum / pairs : 0;
}

/**
 * The first `count` principal directions of centred rows: unit vectors, row after row in one array (count × columns), the
 * one of most variance first. From the Gram matrix when there are fewer rows than columns, else from the covariance;
 * time min(rows, columns)³. Directions of no variance are zero vectors.
 */
export function principalDirections(
  rows: readonly ArrayLike<number>[],
  mean: Float64Array,
  count: number,
): Float32Array {
  const columns = mean.length;
  const centred = rows.map((row) => Float64Array.from(mean, (value, j) => row[j]! - value));
  const directions = new Float32Array(count * columns);
  const dual = rows.length < columns;
  const matrix = dual ? gram(centred) : covariance(centred, columns);
  const { values, vectors } = leading(matrix, count);
  for (const [k, vector] of vectors.entries()) {
    const direction = dual ? combine(centred, vector) : vector;
    const length = Math.sqrt(dot(direction, direction));
    if (length === 0 || !(values[k]! > 1e-12 * values[0]!)) continue;
    for (let j = 0; j < columns; j++) directions[k * columns + j] = direction[j]! / length;
  }
  return directions;
}

function gram(rows: readonly Float64Array[]): Float64Array[] {
  const matrix = rows.map(() => new Float64Array(rows.length));
  for (let i = 0; i < rows.length; i++) {
    for (let l = 0; l <= i; l++) {
      const value = dot(rows[i]!, rows[l]!);
      matrix[i]![l] = value;
      matrix[l]![i] = value;
    }
  }
  return matrix;
}

function covariance(rows: readonly Float64Array[], columns: number): Float64Array[] {
  const matrix = Array.from({ length: columns }, () => new Float64Array(columns));
  for (const row of rows) {
    for (let i = 0; i < columns; i++) {
      const factor = row[i]!;
      const target = matrix[i]!;
      for (let j = 0; j <= i; j++) target[j]! += factor * row[j]!;
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) matrix[j]![i] = matrix[i]![j]!;
  return matrix;
}

/** Eigenpairs of a symmetric matrix, the largest values first. */
function leading(matrix: readonly Float64Array[], count: number): { values: number[]; vectors: Float64Array[] } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(matrix.map((row) => [...row])),
    {
      assumeSymmetric: true,
    },
  );
  const order = realEigenvalues.map((_, index) => index).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const first = order.slice(0, count);
  return {
    values: first.map((index) => realEigenvalues[index]!),
    vectors: first.map((index) => Float64Array.from(eigenvectorMatrix.getColumn(index))),
  };
}

function combine(rows: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  for (const [i, row] of rows.entries()) for (let j = 0; j < sum.length; j++) sum[j]! += weights[i]! * row[j]!;
  return sum;
}
