import type { Random } from "../core/random.ts";
import { Ewma, SPANS } from "./online-ewma.ts";

/** Reference images as the simulation sees them: only their products are needed. */
export interface GramRows {
  readonly count: number;
  /** count × count: f_i·f_l of different rows, centred on their mean and stretched by √(m/(m − 1)); zero on the diagonal. */
  readonly products: Float64Array;
}

/** A centre that a simulated stream is compared with, and how its mean c* lies to the rows. */
export interface Centre {
  /** f_i·c* */
  readonly products: Float64Array;
  /** |c*|² */
  readonly square: number;
  /** Images that it is the mean of; infinite for the true one, 0. */
  readonly images: number;
}

/**
 * The centre of the rows itself, around which all others are drawn. It is not at zero: without the products of rows with themselves, those
 * that are left are −tr/m on average.
 */
export function trueCentre(rows: GramRows): Centre {
  return { ...centreOf(rows, new Float64Array(rows.count).fill(1 / rows.count)), images: Number.POSITIVE_INFINITY };
}

/** A reference drawn anew. */
export function drawCentre(rows: GramRows, images: number, random: Random): Centre {
  const weights = new Float64Array(rows.count);
  for (let draw = 0; draw < images; draw++) weights[Math.floor(random.next() * rows.count)]! += 1 / images;
  return { ...centreOf(rows, weights), images };
}

function centreOf({ count, products }: GramRows, weights: Float64Array): Omit<Centre, "images"> {
  const along = new Float64Array(count);
  let square = 0;
  for (let i = 0; i < count; i++) {
    along[i] = dotRow(weights, products, i * count);
    square += weights[i]! * along[i]!;
  }
  return { products: along, square };
}

/**
 * The largest z of each span within the first `checkpoints[g]` images of one stream without drift, compared with each centre: by
 * checkpoint, centre, span. Checkpoints ascend.
 *
 * The rows stand for the population. The stream is drawn from them with replacement, and a centre is the mean of a reference that was drawn
 * likewise: a deployment's alarms depend on the error of its centre as much as on its images.
 * A row that is drawn twice stands for two images, so its product with itself is left out, like every image's with itself: with it, the few
 * rows that come twice within a short span would set the limits.
 *
 * M is a weighted sum of rows, M = Σ α_i f_i, so |M|² follows from M·f_i = Σ α_l G_il: `count` products a span and image instead of
 * the length of phi, and centres enter through numbers only, so that many cost little more than one.
 */
export function simulateMaxima(
  rows: GramRows,
  pairSquares: number,
  centres: readonly Centre[],
  checkpoints: readonly number[],
  random: Random,
): number[][][] {
  const averages = SPANS.map((span) => new SimulatedAverage(rows, centres, span, pairSquares));
  const maxima: number[][][] = [];
  for (let image = 1; maxima.length < checkpoints.length; image++) {
    const row = Math.floor(random.next() * rows.count);
    for (const average of averages) average.add(row);
    while (checkpoints[maxima.length] === image) {
      maxima.push(centres.map((_, centre) => averages.map(({ largest }) => largest[centre]!)));
    }
  }
  return maxima;
}

/** One span's average of a simulated stream, as weights of the rows, and the largest z of each centre. */
class SimulatedAverage {
  readonly largest: Float64Array;
  readonly #rows: GramRows;
  readonly #centres: readonly Centre[];
  readonly #pairSquares: number;
  readonly #ewma: Ewma;
  readonly #weights: Float64Array;
  /** |Σ α f|² less each image's product with itself. */
  #square = 0;
  /** By centre: (Σ α f)·c*. */
  readonly #alongCentre: Float64Array;
  /** By centre: Σ α²|f − c*|², less f·f. */
  readonly #energies: Float64Array;

  constructor(rows: GramRows, centres: readonly Centre[], span: number, pairSquares: number) {
    this.#rows = rows;
    this.#centres = centres;
    this.#pairSquares = pairSquares;
    this.#ewma = new Ewma(span);
    this.#weights = new Float64Array(rows.count);
    this.#alongCentre = new Float64Array(centres.length);
    this.#energies = new Float64Array(centres.length);
    this.largest = new Float64Array(centres.length).fill(Number.NEGATIVE_INFINITY);
  }

  add(row: number): void {
    const { count, products } = this.#rows;
    const { share, keep } = this.#ewma;
    const cross = keep * decayAndDot(this.#weights, keep, products, row * count);
    this.#weights[row]! += share;
    this.#square = keep * keep * this.#square + 2 * share * cross;
    this.#ewma.add(0);
    let images = Number.NaN;
    let deviation = Number.NaN;
    for (let c = 0; c < this.#centres.length; c++) {
      const centre = this.#centres[c]!;
      // The deviation is the same for all centres of as many images.
      if (centre.images !== images) deviation = this.#deviation(centre.images);
      images = centre.images;
      const z = this.#debiased(c, centre, row) / deviation;
      if (z > this.largest[c]!) this.largest[c] = z;
    }
  }

  /** Without products of an image with itself, the centre's |c*|² is free of its noise tr/m already. */
  #deviation(images: number): number {
    return this.#ewma.deviation({ images, trace: 0, pairSquares: this.#pairSquares });
  }

  #debiased(c: number, { products, square }: Centre, row: number): number {
    const { share, keep, weight } = this.#ewma;
    const along = products[row]!;
    this.#alongCentre[c] = keep * this.#alongCentre[c]! + share * along;
    this.#energies[c] = keep * keep * this.#energies[c]! + share * share * (square - 2 * along);
    return this.#square - 2 * weight * this.#alongCentre[c]! + weight * weight * square - this.#energies[c]!;
  }
}

function dotRow(weights: Float64Array, products: Float64Array, offset: number): number {
  let sum = 0;
  for (let l = 0; l < weights.length; l++) sum += weights[l]! * products[offset + l]!;
  return sum;
}

/** Σ α_l G_l, and α ← keep·α in the same pass: the loop that the fit spends its time in. */
function decayAndDot(weights: Float64Array, keep: number, products: Float64Array, offset: number): number {
  let even = 0;
  let odd = 0;
  let l = 0;
  for (; l + 1 < weights.length; l += 2) {
    const first = weights[l]!;
    const second = weights[l + 1]!;
    even += first * products[offset + l]!;
    odd += second * products[offset + l + 1]!;
    weights[l] = keep * first;
    weights[l + 1] = keep * second;
  }
  for (; l < weights.length; l++) {
    even += weights[l]! * products[offset + l]!;
    weights[l]! *= keep;
  }
  return even + odd;
}
