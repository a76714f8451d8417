import type { Distribution } from "./distribution.ts";

const BINS = 10;
/** A thinner bin is joined with its neighbour. */
const LEAST_SHARE = 0.05;

/**
 * Bins cut at the deciles of the reference; where values are shared by many images there are fewer, and they hold what
 * they hold.
 */
export class ReferenceBins {
  readonly #edges: readonly number[];
  /** Reference images per bin. */
  readonly counts: readonly number[];

  constructor(reference: Distribution) {
    const edges: number[] = [];
    let cut = 0;
    for (let bin = 1; bin < BINS; bin++) {
      const edge = reference.quantile(bin / BINS);
      const share = reference.atMost(edge);
      if (share - cut < LEAST_SHARE || 1 - share < LEAST_SHARE) continue;
      edges.push(edge);
      cut = share;
    }
    this.#edges = edges;
    this.counts = this.count(reference);
  }

  /** Effective images per bin; bin b holds values ≤ its edge and above the edge before. */
  count(distribution: Distribution): number[] {
    const shares = [...this.#edges.map((edge) => distribution.atMost(edge)), 1];
    return shares.map((share, bin) => distribution.images * (share - (shares[bin - 1] ?? 0)));
  }
}
