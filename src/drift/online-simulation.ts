import type { Random } from "../core/random.ts";
import { Ewma, type OnlineNull, SPANS } from "./online-ewma.ts";

/** Reference images as the simulation sees them: only their products are needed. */
export interface GramRows {
  readonly count: number;
  /** count × count: f_i·f_l of different rows, centred on their mean and stretched by √(m/(m − 1)); zero on the diagonal. */
  readonly products: Float64Array;
}

/**
 * The largest z of each span within the first `checkpoints[g]` images of one stream without drift: row g, column span. Checkpoints
 * ascend.
 *
 * The rows stand for the population. The stream is drawn from them with replacement, and so is a reference of its own of `images`
 * rows, whose mean takes the place of c: a deployment's alarms depend on the error of its centre as much as on its images.
 * A row that is drawn twice stands for two images, so its product with itself is left out, like every image's with itself: with it, the few
 * rows that come twice within a short span would set the limits.
 *
 * M is a weighted sum of rows, M = Σ α_i f_i, so |M|² follows from M·f_i = Σ α_l G_il: `count` products a span and image instead of
 * the length of phi, and the re-drawn centre enters through numbers only.
 */
export function simulateMaxima(
  rows: GramRows,
  { images, pairSquares }: Omit<OnlineNull, "trace">,
  checkpoints: readonly number[],
  random: Random,
): number[][] {
  const centre = drawCentre(rows, images, random);
  // Without products of an image with itself, the centre's |c*|² is free of its noise tr/m already.
  const law: OnlineNull = { images, trace: 0, pairSquares };
  const averages = SPANS.map((span) => new SimulatedAverage(rows, centre, span));
  const largest = SPANS.map(() => Number.NEGATIVE_INFINITY);
  const maxima: number[][] = [];
  for (let image = 1; maxima.length < checkpoints.length; image++) {
    const row = Math.floor(random.next() * rows.count);
    for (let s = 0; s < averages.length; s++) {
      const z = averages[s]!.add(row, law);
      if (z > largest[s]!) largest[s] = z;
    }
    while (checkpoints[maxima.length] === image) maxima.push([...largest]);
  }
  return maxima;
}

/** A reference drawn anew: how its mean c* lies to the rows. */
interface Centre {
  /** f_i·c* */
  readonly products: Float64Array;
  /** |c*|² */
  readonly square: number;
}

function drawCentre({ count, products }: GramRows, images: number, random: Random): Centre {
  const times = new Float64Array(count);
  for (let draw = 0; draw < images; draw++) times[Math.floor(random.next() * count)]! += 1;
  const along = new Float64Array(count);
  let square = 0;
  for (let i = 0; i < count; i++) {
    along[i] = dotRow(times, products, i * count) / images;
    square += (times[i]! * along[i]!) / images;
  }
  return { products: along, square };
}

/** One span's average of a simulated stream, as weights of the rows. */
class SimulatedAverage {
  readonly #rows: GramRows;
  readonly #centre: Centre;
  readonly #ewma: Ewma;
  readonly #weights: Float64Array;
  /** |Σ α f|² less each image's product with itself. */
  #square = 0;
  /** (Σ α f)·c* */
  #alongCentre = 0;

  constructor(rows: GramRows, centre: Centre, span: number) {
    this.#rows = rows;
    this.#centre = centre;
    this.#ewma = new Ewma(span);
    this.#weights = new Float64Array(rows.count);
  }

  add(row: number, law: OnlineNull): number {
    const { count, products } = this.#rows;
    const { share, keep } = this.#ewma;
    const alongCentre = this.#centre.products[row]!;
    const cross = keep * decayAndDot(this.#weights, keep, products, row * count);
    this.#weights[row]! += share;
    this.#square = keep * keep * this.#square + 2 * share * cross;
    this.#alongCentre = keep * this.#alongCentre + share * alongCentre;
    this.#ewma.add(this.#centre.square - 2 * alongCentre);
    const w1 = this.#ewma.weight;
    return this.#ewma.standardised(this.#square - 2 * w1 * this.#alongCentre + w1 * w1 * this.#centre.square, law);
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
