import type { QuantileSketch } from "../sketch/quantiles.ts";

/** A centroid this many times heavier than one image is a cluster. */
const CLUSTER_FROM = 1.5;
/** 4δ of the digests: a centroid of different values holds at most 4δ·p(1−p) of all weight. */
const CAPACITY = 0.2;

/** A place between two neighbouring centroids, and P(X ≤ position). */
export interface Cut {
  readonly position: number;
  readonly share: number;
}

interface Knot {
  readonly position: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The distribution function that a t-digest describes, with its jumps where they belong: a single value, or one that
 * many images share exactly (a clipping of 0, a confidence of 1), is a jump; a cluster of different values is spread
 * evenly between the middles to its neighbours. Reading all of them alike would smear small samples and shared values.
 */
export class Distribution {
  /** Effective number of images (Kish). */
  readonly images: number;
  /** Ascending; the function is linear from knot to knot, `left` is P(X < position), `right` P(X ≤ position). */
  readonly knots: readonly Knot[];
  readonly #between: readonly Cut[];

  private constructor(images: number, knots: readonly Knot[], between: readonly Cut[]) {
    this.images = images;
    this.knots = knots;
    this.#between = between;
  }

  /** `weight` and `weightSquares`, Σw and Σw² of all images, tell what one image weighs. */
  static of(sketch: QuantileSketch, sums: { readonly weight: number; readonly weightSquares: number }): Distribution {
    if (sketch.count === 0 || sums.weight === 0) return new Distribution(0, [], []);
    const unit = sums.weightSquares / sums.weight;
    const centroids = sketch.centroids();
    const total = centroids.reduce((sum, { weight }) => sum + weight, 0);
    const knots: Knot[] = [];
    const between: Cut[] = [];
    let cumulative = 0;
    for (const [index, { mean, weight }] of centroids.entries()) {
      const left = cumulative / total;
      cumulative += weight;
      const right = cumulative / total;
      const middle = (left + right) / 2;
      const before = centroids[index - 1]?.mean;
      const after = centroids[index + 1]?.mean;
      if (after !== undefined) between.push({ position: (mean + after) / 2, share: right });
      const shared = weight > CAPACITY * total * middle * (1 - middle) + unit;
      if (before === undefined || after === undefined || weight <= CLUSTER_FROM * unit || shared) {
        knots.push({ position: mean, left, right });
      } else {
        knots.push({ position: (before + mean) / 2, left, right: left });
        knots.push({ position: mean, left: middle, right: middle });
        knots.push({ position: (mean + after) / 2, left: right, right });
      }
    }
    return new Distribution(total / unit, knots, between);
  }

  /**
   * The places between centroids that are nearest to the quantiles 1/parts, 2/parts, …, at least half a part from each other and
   * from the ends. Only there does a digest know the function as well as the images did, and only there do two digests
   * of a statistic with few different values agree on what is below: at a value, it matters which of them keeps it as a jump.
   */
  cuts(parts: number): Cut[] {
    const least = 0.5 / parts;
    const cuts: Cut[] = [];
    for (let part = 1; part < parts; part++) {
      const cut = this.#nearest(part / parts);
      if (!cut || cut.share - (cuts.at(-1)?.share ?? 0) < least || cut.share > 1 - least) continue;
      cuts.push(cut);
    }
    return cuts;
  }

  /** P(X ≤ x) */
  atMost(x: number): number {
    return this.#read(
      x,
      this.#firstKnot((position) => position > x),
    );
  }

  /** P(X < x) */
  below(x: number): number {
    return this.#read(
      x,
      this.#firstKnot((position) => position >= x),
    );
  }

  /** The smallest x with P(X ≤ x) ≥ q, for 0 < q ≤ 1; NaN when empty. */
  quantile(q: number): number {
    const next = this.knots.findIndex(({ right }) => right >= q);
    const knot = this.knots[next];
    const previous = this.knots[next - 1];
    if (!knot) return this.knots.at(-1)?.position ?? Number.NaN;
    if (!previous || knot.left < q) return knot.position;
    const rise = knot.left - previous.right;
    return rise === 0
      ? knot.position
      : previous.position + ((q - previous.right) / rise) * (knot.position - previous.position);
  }

  #nearest(share: number): Cut | undefined {
    const next = this.#between.findIndex((cut) => cut.share >= share);
    const [low, high] = next < 0 ? [this.#between.at(-1), undefined] : [this.#between[next - 1], this.#between[next]];
    if (!low || !high) return low ?? high;
    return share - low.share < high.share - share ? low : high;
  }

  #read(x: number, next: number): number {
    const knot = this.knots[next];
    const previous = this.knots[next - 1];
    if (!knot) return 1;
    if (knot.position === x) return knot.left;
    if (!previous) return 0;
    const share = (x - previous.position) / (knot.position - previous.position);
    return previous.right + (knot.left - previous.right) * share;
  }

  #firstKnot(reached: (position: number) => boolean): number {
    let low = 0;
    let high = this.knots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reached((this.knots[middle] as Knot).position)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
