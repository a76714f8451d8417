import type { PlainState } from "../core/codec.ts";
import { dot } from "../math/linear-algebra.ts";

/** The lags of a level, in units of its own step; level 0 has the shorter ones too. */
const RING = 8;
const LEVELS = 10;
/** Images that cannot be told from independent ones may still be this much alike. */
const LARGEST_CORRELATION = 0.05;
/** Standard errors of room beside it, so that independent images are rarely thinned. */
const MARGIN_DEVIATIONS = 3;
/** Pairs of images before a lag is judged. */
const LEAST_PAIRS = 48;
/** Pairs that are remembered; older ones are forgotten by and by. */
const MOST_PAIRS = 512;
/** The lag that is taken for "far apart" is so many times the lag that is judged. */
const FAR = 4;
/** A lag is accepted when the longer ones up to so many times it agree: cameras that take turns look alike only at their number. */
const AGREEING = 8;
/** Lags up to so many times must be known before a lag is accepted. */
const KNOWN = 2;
/** Images that differ by less than this share of the reference's variance are one scene. */
const LEAST_VARIANCE_RATIO = 0.25;
/** Images that differ by less than this share of it are the same picture. */
const STILL_RATIO = 0.02;
/** Images that differ by more than this share of it are as various as the reference's. */
const VARIETY_RATIO = 0.75;
/** Of dependent images, every so many steps one is taken. */
const STEPS_APART = 3;

interface Lag {
  /** In images. */
  readonly length: number;
  readonly level: number;
  readonly offset: number;
}

const LAGS: readonly Lag[] = Array.from({ length: LEVELS }, (_, level) =>
  Array.from({ length: RING }, (_, index) => ({ length: (index + 1) * 2 ** level, level, offset: index + 1 })),
)
  .flat()
  .filter(({ level, offset }) => level === 0 || offset > RING / 2);
/** By lag: the position of the one FAR times as long, or −1. */
const FAR_LAGS: readonly number[] = LAGS.map(({ length }) => LAGS.findIndex((lag) => lag.length === FAR * length));

/** By lag: the lags beyond it, up to so many times its length. */
const longerLags = (times: number): readonly (readonly number[])[] =>
  LAGS.map(({ length }, lag) =>
    [...LAGS.keys()].filter((other) => other > lag && LAGS[other]!.length <= times * length),
  );
const TO_BE_KNOWN = longerLags(KNOWN);
const TO_AGREE = longerLags(AGREEING);

interface State {
  readonly version: 1;
  readonly images: number;
  readonly energy: number;
  readonly rings: Float32Array;
  readonly pairs: Float64Array;
  readonly products: Float64Array;
}

/** What is known of z − mean z, the k whitened components, from the reference. */
export interface ComponentLaw {
  /** k: mean z. */
  readonly mean: Float64Array;
  /** tr: mean of |z − mean z|². */
  readonly variance: number;
  /** Mean over pairs of different images of the squared product of their z − mean z. */
  readonly pairSquares: number;
}

/**
 * How many images apart images are taken: every one when they are independent, else three steps. At one step a correlation r of up to
 * 0.05 is left, and up to 0.15 with what chance is allowed. That is little for two images, but the products of neighbours add
 * 2·r·tr/n to a debiased sum of n of them: for r = 0.1 and tr²/t2 = 41 that is 0.9 of its standard deviations √(2·t2)/n, which at
 * a level of 1e-6 gives a hundred times as many false alarms. Where correlation dies out exponentially, three steps leave r³.
 */
function spacingOf(step: number): number {
  return step === 1 ? 1 : STEPS_APART * step;
}

/**
 * How many images apart two images of this stream are as good as independent, read off the stream. Frames of a video are not, and
 * every method for independent images alarms at once on them.
 *
 * With h = z − mean z the centred components and C(l) = mean h_t·h_(t−l), the step is the smallest lag l with
 *
 *     r(l) = 1 − (C(0) − C(l)) / max(C(0) − C(4l), tr/4)  <  0.05 + 3·√(2·t2/n)/tr
 *
 * there and at the lags up to 8l, of which those up to 2l must be known; tr, t2: the reference's trace and mean squared product, n: pairs
 * seen. The right side leaves room for chance, so that independent images are rarely thinned. Only differences of C count, since a change of the mean adds the same to each: images
 * that drifted but are independent must not be thinned, as they would be by C(l)/tr. Without the floor tr/4 the noise of a camera that stands still
 * would pass for independent images.
 *
 * Lags 1 to 8, then four an octave up to 4,096, each from a ring of 8 images of a level that takes every second image of the
 * one before: the multiple-tau scheme of Magatti & Ferri (2001). So the state is 80 rows, and an image costs 12 products of k numbers on average.
 * Worked number: each image sent 5 times: C(l)/tr = 1, 0.8, 0.6, 0.4, 0.2, 0 for l = 0 … 5, so r(4) = 0.2, r(5) = 0 and the step is 5.
 */
export class IndependenceStep {
  readonly #law: ComponentLaw;
  readonly #rings: Float32Array;
  /** By lag. */
  readonly #pairs: Float64Array = new Float64Array(LAGS.length);
  readonly #products: Float64Array = new Float64Array(LAGS.length);
  /** C(0) */
  #energy = 0;
  #images = 0;

  constructor(law: ComponentLaw) {
    this.#law = law;
    this.#rings = new Float32Array(LEVELS * RING * law.mean.length);
  }

  /** In images, at least 1; undefined while it cannot be told, which takes 56 images when they are independent. */
  get step(): number | undefined {
    const lag = this.#firstOpen();
    return FAR_LAGS[lag]! < 0 || this.#accepted(lag) ? LAGS[lag]!.length : undefined;
  }

  /** The step is at least this, in images, as far as can be told. */
  get leastStep(): number {
    return LAGS[this.#firstOpen()]!.length;
  }

  /**
   * The same picture again and again: images differ from their neighbours at every lag that is known by less than a fiftieth of
   * the reference's variance. How far apart they would be independent is then not to be told, and does not matter.
   */
  get standsStill(): boolean {
    const known = this.#longestKnown;
    return known >= RING - 1 && this.#energy - this.#products[known]! < STILL_RATIO * this.#law.variance;
  }

  /** −1 at the start. */
  get #longestKnown(): number {
    return LAGS.findLastIndex((_, lag) => this.#pairs[lag]! >= LEAST_PAIRS);
  }

  /**
   * In images, how far apart images are to be taken that were taken `before` apart; undefined at the start. `settled` is false while it is
   * only known to be needed, not to be enough.
   */
  spacing(before: number | undefined): { readonly images: number; readonly settled: boolean } {
    if (this.standsStill) return { images: before ?? 1, settled: true };
    const { step } = this;
    if (step !== undefined) return { images: spacingOf(step), settled: true };
    return { images: Math.max(before ?? 1, spacingOf(this.leastStep)), settled: false };
  }

  update(components: Float64Array): void {
    const image = this.#images++;
    const centred = components.map((z, j) => z - this.#law.mean[j]!);
    this.#energy += (dot(centred, centred) - this.#energy) / Math.min(this.#images, MOST_PAIRS);
    for (let level = 0; level < LEVELS && image % 2 ** level === 0; level++) {
      this.#compare(centred, level, image / 2 ** level);
      this.#rings.set(centred, this.#at(level, image / 2 ** level));
    }
  }

  toState(): PlainState {
    const state: State = {
      version: 1,
      images: this.#images,
      energy: this.#energy,
      rings: this.#rings.slice(),
      pairs: this.#pairs.slice(),
      products: this.#products.slice(),
    };
    return state as unknown as PlainState;
  }

  /** Throws a RangeError for a state of another version or shape; nothing is changed then. */
  restore(plain: PlainState): void {
    const { version, images, energy, rings, pairs, products } = plain as unknown as State;
    if (version !== 1) throw new RangeError(`independence step of version ${version}; this is version 1`);
    if (rings.length !== this.#rings.length || pairs.length !== LAGS.length) {
      throw new RangeError("independence step of another number of components or lags");
    }
    this.#images = images;
    this.#energy = energy;
    this.#rings.set(rings);
    this.#pairs.set(pairs);
    this.#products.set(products);
  }

  #compare(centred: Float64Array, level: number, image: number): void {
    const first = level === 0 ? 0 : RING + ((level - 1) * RING) / 2;
    const count = level === 0 ? RING : RING / 2;
    for (let lag = first; lag < first + count; lag++) {
      const other = image - LAGS[lag]!.offset;
      if (other < 0) return;
      const product = dot(centred, this.#rings, this.#at(level, other));
      this.#pairs[lag] = Math.min(this.#pairs[lag]! + 1, MOST_PAIRS);
      this.#products[lag]! += (product - this.#products[lag]!) / this.#pairs[lag]!;
    }
  }

  /** The first lag that is not known to be too short. */
  #firstOpen(): number {
    const open = LAGS.findIndex((_, lag) => !this.#known(lag) || !(this.#correlated(lag) || this.#longerDisagree(lag)));
    return open < 0 ? LAGS.length - 1 : open;
  }

  /** The lag can be judged: the one that it is compared with has been seen often enough. */
  #known(lag: number): boolean {
    const far = FAR_LAGS[lag]!;
    return far >= 0 && this.#pairs[far]! >= LEAST_PAIRS;
  }

  /**
   * Noise that is new in every image hides a slow scene from short lags. So those up to twice as long must be known; up to eight times when
   * images at the longest lag yet differ by less than three quarters of what reference images do.
   */
  #accepted(lag: number): boolean {
    const needed = (this.#showsVariety() ? TO_BE_KNOWN : TO_AGREE)[lag]!;
    return this.#known(lag) && needed.every((other) => FAR_LAGS[other]! < 0 || this.#known(other));
  }

  #showsVariety(): boolean {
    const longest = this.#longestKnown;
    return this.#energy - this.#products[longest]! > VARIETY_RATIO * this.#law.variance;
  }

  #longerDisagree(lag: number): boolean {
    return TO_AGREE[lag]!.some((other) => this.#known(other) && this.#correlated(other));
  }

  #correlated(lag: number): boolean {
    const { variance, pairSquares } = this.#law;
    const far = FAR_LAGS[lag]!;
    const sill = Math.max(this.#energy - this.#products[far]!, LEAST_VARIANCE_RATIO * variance);
    const correlation = 1 - (this.#energy - this.#products[lag]!) / sill;
    const deviation = Math.sqrt((2 * pairSquares) / this.#pairs[far]!) / variance;
    return !(correlation < LARGEST_CORRELATION + MARGIN_DEVIATIONS * deviation);
  }

  #at(level: number, image: number): number {
    return (level * RING + (image % RING)) * this.#law.mean.length;
  }
}
