/** What the law of the statistic needs to know of the reference. */
export interface OnlineNull {
  /** m: images that the centre c is the mean of. */
  readonly images: number;
  /** tr: trace of the covariance of phi. */
  readonly trace: number;
  /** t2: mean over pairs of different images of (f·f')². */
  readonly pairSquares: number;
}

export interface EwmaState {
  readonly energy: number;
  readonly w1: number;
  readonly w2: number;
  readonly w4: number;
  readonly images: number;
}

/** Numbers of images that the three averages look back on; each sees another kind of change first. */
export const SPANS: readonly [number, number, number] = [16, 64, 256];
/** Averages of fewer images follow single extreme products, not a law. */
const LEAST_AVERAGED = 8;

/**
 * The numbers beside the exponentially weighted mean M of f = phi − c that make |M|² comparable with its law: with weights w_i of
 * the images, Q = Σ w²|f|², W1 = Σ w, W2 = Σ w², W4 = Σ w⁴,
 *
 *     U = |M|² − Q − (W1² − W2)·tr/m
 *     z = U / √( 2·t2·[ max(W2² − W4, W4/2) + 2·W2·W1²/m + W1⁴/m² ] )
 *
 * Chen & Qin (2010) with the weights of Lowry, Woodall, Champ & Rigdon (1992): only products of *different* images are
 * left in U, so it is 0 on average without drift whatever the number of images.
 * Worked number: weights 0.5 and 0.5, f = 1 and 3, m = 4, tr = 4/3, t2 = 1: |M|² = 4, Q = 2.5, W1² − W2 = 0.5, so
 * U = 4 − 2.5 − 0.5/3 = 1.3333 and z = 1.3333 / √(2·(0.125 + 0.25 + 0.0625)) = 1.4254.
 */
export class Ewma {
  /** a: share of the newest image. */
  readonly share: number;
  /** 1 − a */
  readonly keep: number;
  #energy = 0;
  #w1 = 0;
  #w2 = 0;
  #w4 = 0;
  #images = 0;

  constructor(span: number) {
    this.share = 2 / (span + 1);
    this.keep = 1 - this.share;
  }

  /** W1: below 1 while fewer images came than the span. */
  get weight(): number {
    return this.#w1;
  }

  /** `energy` is |f|² of the image that was just averaged in. */
  add(energy: number): void {
    const keepSquare = this.keep * this.keep;
    const shareSquare = this.share * this.share;
    this.#images++;
    this.#energy = keepSquare * this.#energy + shareSquare * energy;
    this.#w1 = this.keep * this.#w1 + this.share;
    this.#w2 = keepSquare * this.#w2 + shareSquare;
    this.#w4 = keepSquare * keepSquare * this.#w4 + shareSquare * shareSquare;
  }

  /** z; `squaredLength` is |M|². 0 before the eighth image. */
  standardised(squaredLength: number, law: OnlineNull): number {
    const w1 = this.#w1;
    const debiased = squaredLength - this.#energy - ((w1 * w1 - this.#w2) * law.trace) / law.images;
    return debiased / this.deviation(law);
  }

  /** Of U, by which it is divided; infinite before the eighth image. */
  deviation({ images, pairSquares }: OnlineNull): number {
    if (this.#images < LEAST_AVERAGED) return Number.POSITIVE_INFINITY;
    const w1 = this.#w1;
    const w2 = this.#w2;
    const w4 = this.#w4;
    const own = Math.max(w2 * w2 - w4, w4 / 2);
    const shared = (2 * w2 * w1 * w1) / images + (w1 / images) * (w1 / images) * w1 * w1;
    return Math.sqrt(2 * pairSquares * (own + shared));
  }

  toState(): EwmaState {
    return { energy: this.#energy, w1: this.#w1, w2: this.#w2, w4: this.#w4, images: this.#images };
  }

  restore({ energy, w1, w2, w4, images }: EwmaState): void {
    this.#energy = energy;
    this.#w1 = w1;
    this.#w2 = w2;
    this.#w4 = w4;
    this.#images = images;
  }
}
