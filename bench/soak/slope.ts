export interface Slope {
  /** Units of y a unit of x. */
  readonly value: number;
  /** Half of its 95 % interval; Infinity below four points. */
  readonly margin: number;
}

/** Two-sided 95 % of Student's t by degrees of freedom, from 1; beyond the last, the normal's. */
const STUDENT = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
];

/** The least-squares line through points, with the interval of its slope for errors that are independent. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const n = points.length;
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / n;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const value = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  if (n < 4) return { value, margin: Number.POSITIVE_INFINITY };
  const residuals = points.reduce((sum, [x, y]) => sum + (y - meanY - value * (x - meanX)) ** 2, 0);
  return { value, margin: (STUDENT[n - 3] ?? 1.96) * Math.sqrt(residuals / (n - 2) / spread) };
}
