import type { Distribution } from "./distribution.ts";

/** The tail is modelled beyond the outer tenth on either side. */
const TAIL_SHARE = 0.1;
/** Points of the tail's quantile function that the fit looks at. */
const POINTS = 50;
/** A shape below 0 would end the tail just beyond the last reference image; above 0.5 the fit knows no variance. */
const SHAPE_RANGE = [0, 0.5] as const;
/** Keeps −log10 finite. */
const LEAST_PROBABILITY = 1e-12;

/** P(X > start + y) = share·(1 + shape·y/scale)^(−1/shape) */
interface Tail {
  readonly start: number;
  readonly share: number;
  readonly shape: number;
  readonly scale: number;
}

/**
 * Probability that a reference image's number lies as far out as a given one, on the nearer side, times two. Inside, it
 * is read off the distribution; in the outer tenth a generalised Pareto tail carries it on beyond the last image,
 * because a rank among 500 images cannot go below 1/500. Fitted by probability-weighted moments (Hosking & Wallis
 * 1987):
 *
 *     a0 = mean of y, a1 = mean of (1 − F(y))·y;   shape = 2 − a0/(a0 − 2a1);   scale = a0·(1 − shape)
 *
 * Worked number: exponential excesses of mean 1 have a0 = 1, a1 = 1/4: shape 0, scale 1, and P = share·e^−y.
 */
export class TailProbability {
  readonly #distribution: Distribution;
  readonly #upper: Tail;
  readonly #lower: Tail;

  constructor(distribution: Distribution) {
    this.#distribution = distribution;
    const top = distribution.quantile(1 - TAIL_SHARE);
    const bottom = distribution.quantile(TAIL_SHARE);
    const above = 1 - distribution.atMost(top);
    const under = distribution.below(bottom);
    this.#upper = fitTail(top, above, (share) => distribution.quantile(1 - share) - top);
    this.#lower = fitTail(bottom, under, (share) => bottom - distribution.quantile(share));
  }

  /** 1e−12 to 1 */
  twoSided(value: number): number {
    const { start: top } = this.#upper;
    const { start: bottom } = this.#lower;
    const above = value > top ? beyond(this.#upper, value - top) : 1 - this.#distribution.below(value);
    const under = value < bottom ? beyond(this.#lower, bottom - value) : this.#distribution.atMost(value);
    return Math.min(1, Math.max(LEAST_PROBABILITY, 2 * Math.min(above, under)));
  }
}

/** `excess(s)` is how far beyond `start` the outermost share s of all images begins. */
function fitTail(start: number, share: number, excess: (share: number) => number): Tail {
  let a0 = 0;
  let a1 = 0;
  for (let i = 0; i < POINTS; i++) {
    const outside = 1 - (i + 0.65) / POINTS;
    const y = share > 0 ? excess(share * outside) : 0;
    a0 += y / POINTS;
    a1 += (outside * y) / POINTS;
  }
  const spread = a0 - 2 * a1;
  const free = spread > 0 ? 2 - a0 / spread : SHAPE_RANGE[0];
  const shape = Math.min(SHAPE_RANGE[1], Math.max(SHAPE_RANGE[0], free));
  return { start, share, shape, scale: a0 * (1 - shape) };
}

function beyond({ share, shape, scale }: Tail, y: number): number {
  if (scale === 0) return 0;
  return share * (shape < 1e-6 ? Math.exp(-y / scale) : (1 + (shape * y) / scale) ** (-1 / shape));
}
