/** What comes out of latencies and rates: plain functions of numbers. */

/** Nearest rank: the smallest value that at least this share (above 0, up to 1) of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Median of the differences within each round: what the machine did to both sides of a round cancels. */
export function medianAdded(path: readonly number[], direct: readonly number[]): number {
  if (path.length !== direct.length) throw new Error(`${path.length} and ${direct.length} rounds cannot be paired`);
  return median(path.map((latency, round) => latency - (direct[round] as number)));
}

/** Of repeats that lie beside each other: the median over the repeats of path ÷ peer. */
export function medianRatio(path: readonly number[], peer: readonly number[]): number {
  if (path.length !== peer.length) throw new Error(`${path.length} and ${peer.length} repeats cannot be paired`);
  return median(path.map((value, repeat) => value / (peer[repeat] as number)));
}

export interface Goal {
  readonly what: string;
  readonly ratio: number;
  readonly limit: number;
  readonly sense: "at most" | "at least";
}

/** A ratio that is no number reaches no goal. */
export function isReached({ ratio, limit, sense }: Goal): boolean {
  return sense === "at most" ? ratio <= limit : ratio >= limit;
}
