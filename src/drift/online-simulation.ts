import type { Random } from "../core/random.ts";
import { Ewma, type OnlineNull, SPANS } from "./online-ewma.ts";

/** Reference images as the simulation sees them: only their products are needed. */
export interface GramRows {
  readonly count: number;
  /** count × count: f_i·f_l, the rows centred on their mean. */
  readonly products: Float64Array;
}

/**
 * The largest z of each span within the first `checkpoints[g]` images of one stream without drift: row g, column span. Checkpoints
 * ascend.
 *
 * The rows stand for the population. The stream is drawn from them with replacement, and so is a reference of its own of `images`
 * rows, whose mean takes the place of c: a deployment's alarms depend on the error of its centre as much as on its images.
 * `pairSquares` is the population's own (the same row may come twice, so the diagonal counts).
 *
 * M is a weighted sum of rows, M = Σ α_i f_i, so |M|² follows from M·f_i = Σ α_l G_il: `count` products a span and image instead of
 * the length of phi, and the re-drawn centre enters through numbers only.
 */
export function simulateMaxima(
  rows: GramRows,
  images: number,
  pairSquares: number,
  checkpoints: readonly number[],
  random: Random,
): number[][] {
  const centre = drawCentre(rows, images, random);
  const law: OnlineNull = { images, trace: centre.trace, pairSquares };
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
  /** Unbiased trace of its covariance. */
  readonly trace: number;
}

function drawCentre({ count, products }: GramRows, images: number, random: Random): Centre {
  const times = new Float64Array(count);
  for (let draw = 0; draw < images; draw++) times[Math.floor(random.next() * count)]! += 1;
  const along = new Float64Array(count);
  let square = 0;
  let energy = 0;
  for (let i = 0; i < count; i++) {
    along[i] = dotRow(times, products, i * count) / images;
    square += (times[i]! * along[i]!) / images;
    energy += times[i]! * products[i * count + i]!;
  }
  return { products: along, square, trace: (energy - images * square) / (images - 1) };
}

/** One span's average of a simulated stream, as weights of the rows. */
class SimulatedAverage {
  readonly #rows: GramRows;
  readonly #centre: Centre;
  readonly #ewma: Ewma;
  readonly #weights: Float64Array;
  /** |Σ α f|² */
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
    const own = products[row * count + row]!;
    const alongCentre = this.#centre.products[row]!;
    const cross = keep * decayAndDot(this.#weights, keep, products, row * count);
    this.#weights[row]! += share;
    this.#square = keep * keep * this.#square + 2 * share * cross + share * share * own;
    this.#alongCentre = keep * this.#alongCentre + share * alongCentre;
    this.#ewma.add(own - 2 * alongCentre + this.#centre.square);
    const w1 = this.#ewma.weight;
    return this.#ewma.standardised(this.#square - 2 * w1 * this.#alongCentre + w1 * w1 * this.#centre.square, law);
  }
}
