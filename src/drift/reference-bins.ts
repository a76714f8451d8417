import type { Cut, Distribution } from "./distribution.ts";

const BINS = 10;

/**
 * Bins cut at about the deciles of the reference; where values are shared by many images there are fewer, and they hold
 * what they hold.
 */
export class ReferenceBins {
  readonly #cuts: readonly Cut[];
  /** Reference images per bin. */
  readonly counts: readonly number[];

  constructor(reference: Distribution) {
    this.#cuts = reference.cuts(BINS);
    this.counts = this.count(reference);
  }

  /** Effective images per bin; bin b holds values ≤ its cut and above the cut before. */
  count(distribution: Distribution): number[] {
    const shares = [...this.#cuts.map(({ position }) => distribution.atMost(position)), 1];
    return shares.map((share, bin) => distribution.images * (share - (shares[bin - 1] ?? 0)));
  }
}
