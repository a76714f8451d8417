/** The quantities of the recording rules, computed another way: the tests hold one against the other. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Wilson and Hilferty's normal quantile of a chi-square value. */
export function normalOf(chi2: number, k: number): number {
  return (Math.cbrt(chi2 / k) - 1 + 2 / (9 * k)) / Math.sqrt(2 / (9 * k));
}

export function smoothed(counts: readonly number[]): number[] {
  return counts.map((count) => (count + 0.5) / (sum(counts) + 0.5 * counts.length));
}

export function psi(p: readonly number[], q: readonly number[]): number {
  return sum(p.map((value, bin) => (value - q[bin]!) * Math.log(value / q[bin]!)));
}

export function jensenShannon(p: readonly number[], q: readonly number[]): number {
  const toMixture = (x: readonly number[]): number =>
    sum(x.map((value, bin) => value * Math.log2(value / ((p[bin]! + q[bin]!) / 2))));
  return Math.sqrt((toMixture(p) + toMixture(q)) / 2);
}

/** Largest difference of the two distribution functions over the bins. */
export function kolmogorovSmirnov(c: readonly number[], r: readonly number[]): number {
  const upTo = (x: readonly number[], bin: number): number => sum(x.slice(0, bin + 1)) / sum(x);
  return Math.max(...c.map((_, bin) => Math.abs(upTo(c, bin) - upTo(r, bin))));
}

/** Pearson's chi-square of the 2 × K table. */
export function tableChi2(c: readonly number[], r: readonly number[]): number {
  const all = sum(c) + sum(r);
  const cell = (seen: number, row: number, column: number): number =>
    (seen - (row * column) / all) ** 2 / ((row * column) / all);
  return sum(c.map((count, k) => cell(count, sum(c), count + r[k]!) + cell(r[k]!, sum(r), count + r[k]!)));
}

/** The shares p at which the observed share a is 1.96 standard errors of p away, by bisection. */
export function wilson(a: number, n: number, side: -1 | 1): number {
  let [inside, outside] = [a, side < 0 ? 0 : 1];
  for (let step = 0; step < 200; step++) {
    const p = (inside + outside) / 2;
    if (Math.abs(a - p) < 1.96 * Math.sqrt((p * (1 - p)) / n)) inside = p;
    else outside = p;
  }
  return inside;
}
