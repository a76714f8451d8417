/** 1 / (1/n + 1/m): the size of the one sample that is as noisy as the difference of two. */
export function effectiveSize(n: number, m: number): number {
  return 1 / (1 / n + 1 / m);
}
