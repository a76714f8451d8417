import type { PlainState } from "../core/codec.ts";
import type { OnlineNull } from "./online-ewma.ts";

/** Images that are taken up at once: two of the longest span, so that what the averages hold is never part of what they are compared with. */
const BLOCK_IMAGES = 512;
/** Images that are remembered, 256 blocks; older ones are forgotten by and by. */
const MOST_IMAGES = 256 * BLOCK_IMAGES;
/** A centre may be off by its mean squared error and so many deviations of that; what is more is drift. */
const MOST_DEVIATIONS = 4;

interface State {
  readonly version: 1;
  readonly offset: Float64Array;
  readonly images: number;
  readonly waiting: Float64Array;
  readonly isWaiting: boolean;
  readonly filling: Float64Array;
  readonly filled: number;
}

/**
 * The centre c of the reference is a mean of m images, so it is off by an error of mean square tr/m that all of the stream is compared with:
 * the one reference in ten whose error is largest would raise most of all false alarms. Images of the stream in which nothing was
 * found are as good as the reference's, so they join the mean: with f = phi − c and n of them, the centre is moved by
 *
 *     a = Σ f / (m + n),      |a|² ≤ tr/m + 4·√(2·t2)/m
 *
 * and is then as exact as that of a reference of m + n images. Within the bound a drift cannot be told from the error of the reference; what
 * goes beyond it is never learnt. Images join in blocks of 512, a block only when the next one is full too and nothing was found meanwhile.
 *
 * Worked number: m = 256, one block of 512 images whose mean f is 3: a = 3·512/768 = 2, if the bound allows.
 */
export class OnlineCentre {
  readonly #law: OnlineNull;
  readonly #offset: Float64Array;
  /** n */
  #images = 0;
  #waiting: Float64Array;
  #isWaiting = false;
  #filling: Float64Array;
  #filled = 0;

  constructor(length: number, law: OnlineNull) {
    this.#law = law;
    this.#offset = new Float64Array(length);
    this.#waiting = new Float64Array(length);
    this.#filling = new Float64Array(length);
  }

  /** a; the same array for good, changed by `add`. */
  get offset(): Float64Array {
    return this.#offset;
  }

  /** The law of the statistic with the images that joined. */
  get law(): OnlineNull {
    return { ...this.#law, images: this.#law.images + this.#images };
  }

  /** Share of the reference's own error, as a variance, that is left: m/(m + n). */
  get errorShare(): number {
    return this.#law.images / (this.#law.images + this.#images);
  }

  /** `features` is phi − c − a. True when the centre was moved. */
  add(features: Float64Array): boolean {
    for (let i = 0; i < features.length; i++) this.#filling[i]! += features[i]! + this.#offset[i]!;
    if (++this.#filled < BLOCK_IMAGES) return false;
    const moved = this.#isWaiting;
    if (moved) this.#join(this.#waiting);
    [this.#waiting, this.#filling] = [this.#filling, this.#waiting];
    this.#filling.fill(0);
    this.#filled = 0;
    this.#isWaiting = true;
    return moved;
  }

  /** The latest images, up to two blocks, are not like the reference's. */
  forget(): void {
    this.#isWaiting = false;
    this.#filling.fill(0);
    this.#filled = 0;
  }

  toState(): PlainState {
    const state: State = {
      version: 1,
      offset: this.#offset.slice(),
      images: this.#images,
      waiting: this.#waiting.slice(),
      isWaiting: this.#isWaiting,
      filling: this.#filling.slice(),
      filled: this.#filled,
    };
    return state as unknown as PlainState;
  }

  /** Throws a RangeError for a state of another version or shape; nothing is changed then. */
  restore(plain: PlainState): void {
    const { version, offset, images, waiting, isWaiting, filling, filled } = plain as unknown as State;
    if (version !== 1) throw new RangeError(`online centre of version ${version}; this is version 1`);
    if (offset.length !== this.#offset.length) throw new RangeError("online centre of another reference");
    this.#offset.set(offset);
    this.#images = images;
    this.#waiting.set(waiting);
    this.#isWaiting = isWaiting;
    this.#filling.set(filling);
    this.#filled = filled;
  }

  #join(block: Float64Array): void {
    const { images: reference, trace, pairSquares } = this.#law;
    const kept = Math.min(this.#images, MOST_IMAGES - BLOCK_IMAGES);
    const images = kept + BLOCK_IMAGES;
    let square = 0;
    for (let i = 0; i < block.length; i++) {
      const moved = (this.#offset[i]! * (reference + kept) + block[i]!) / (reference + images);
      this.#offset[i] = moved;
      square += moved * moved;
    }
    this.#images = images;
    const most = (trace + MOST_DEVIATIONS * Math.sqrt(2 * pairSquares)) / reference;
    if (square > most) {
      const shrink = Math.sqrt(most / square);
      for (let i = 0; i < block.length; i++) this.#offset[i]! *= shrink;
    }
  }
}
