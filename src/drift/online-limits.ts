import type { PlainState } from "../core/codec.ts";
import { seededRandom } from "../core/random.ts";
import { dot, meanPairSquare, meanRow } from "../math/linear-algebra.ts";
import type { Projected, Projection } from "../profile/projection.ts";
import { type OnlineNull, SPANS } from "./online-ewma.ts";
import { type GramRows, simulateMaxima } from "./online-simulation.ts";
import type { ComponentLaw } from "./online-step.ts";

/** Images per false alarm that are simulated; beyond the last one limits are extrapolated. */
const SIMULATED: readonly number[] = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
/** The slope beyond the last is taken over so many doublings. */
const SLOPE_DOUBLINGS = 3;
const STREAMS = 200;
/** Rows that stand for the population: their Gram matrix costs the square of it. */
const MOST_ROWS = 1000;
/** With fewer, products of different images say nothing. */
const LEAST_ROWS = 20;
const SEED = 500;

interface State {
  readonly version: 1;
  readonly law: OnlineNull;
  readonly components: ComponentLaw;
  /** SIMULATED × spans; empty when the reference was too small. */
  readonly limits: Float64Array;
}

/**
 * The part of the online alarm that belongs to a reference: the law of z and, for any number of images per false alarm, the limit
 * of each span. Not the alarm rate: that is the user's choice and may change without a new reference.
 *
 * The first alarm is to come after ln 2 · L images in the median, as it would were alarms to come at random once in L images. A
 * stream is silent for so long exactly if its largest z until then is below the limit, so the limit of a span is the *median over
 * simulated streams of that maximum*, h_w, with no search; and as the three spans share one budget, all are stretched by H, the
 * median of max_w max z_w/h_w. One run of simulated streams gives every L up to its length. Between the simulated L, and beyond,
 * limits are linear in ln L, which is how maxima grow under exponential tails (Gumbel 1958).
 *
 * Worked number: three streams with maxima 2, 3, 4 of one span and 3, 2, 5 of another: h = 3 and 3, ratios 1, 1, 1.67, H = 1.
 */
export class OnlineLimits {
  readonly law: OnlineNull;
  readonly components: ComponentLaw;
  readonly #limits: Float64Array;

  private constructor({ law, components, limits }: Omit<State, "version">) {
    this.law = law;
    this.components = components;
    this.#limits = limits;
  }

  /** `projected` are the images of `sample.rest`. Takes 1.6 seconds for 500 of them, 4 for 1,000 or more; always the same for the same images. */
  static fit({ projection, projected }: { projection: Projection; projected: readonly Projected[] }): OnlineLimits {
    const images = projected.length;
    const energy = projected.reduce((sum, image) => sum + image.energy, 0);
    const rows = gramRows(projected.slice(0, MOST_ROWS).map((image) => projection.features(image)));
    const law: OnlineNull = { images, trace: energy / Math.max(1, images - 1), pairSquares: pairSquaresOf(rows) };
    const fits = rows.count >= LEAST_ROWS && law.pairSquares > 0;
    return new OnlineLimits({
      law,
      components: componentLaw(projected.map(({ components }) => components)),
      limits: fits ? simulateLimits(rows, law) : new Float64Array(0),
    });
  }

  /** False: the reference was too small, and nothing may alarm. */
  get usable(): boolean {
    return this.#limits.length > 0;
  }

  /** One limit a span for one false alarm in so many independent images; that of 16 for fewer. Infinite when not usable. */
  at(imagesPerFalseAlarm: number): number[] {
    if (!this.usable) return SPANS.map(() => Number.POSITIVE_INFINITY);
    const position = Math.log2(Math.max(imagesPerFalseAlarm, SIMULATED[0]!) / SIMULATED[0]!);
    const last = SIMULATED.length - 1;
    const below = Math.min(Math.floor(position), last);
    return SPANS.map((_, span) => {
      const limit = (row: number): number => this.#limits[row * SPANS.length + span]!;
      const slope =
        below < last
          ? limit(below + 1) - limit(below)
          : (limit(last) - limit(last - SLOPE_DOUBLINGS)) / SLOPE_DOUBLINGS;
      return limit(below) + (position - below) * slope;
    });
  }

  toState(): PlainState {
    const state: State = {
      version: 1,
      law: this.law,
      components: this.components,
      limits: this.#limits,
    };
    return state as unknown as PlainState;
  }

  /** Throws a RangeError for a state of another version. */
  static fromState(plain: PlainState): OnlineLimits {
    const state = plain as unknown as State;
    if (state.version !== 1) throw new RangeError(`online limits of version ${state.version}; this is version 1`);
    return new OnlineLimits(state);
  }
}

function gramRows(features: readonly Float64Array[]): GramRows {
  const mean = meanRow(features);
  const centred = features.map((row) => row.map((value, j) => value - mean[j]!));
  const count = centred.length;
  const stretch = count / Math.max(1, count - 1);
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let l = 0; l < i; l++) {
      const value = stretch * dot(centred[i]!, centred[l]!);
      products[i * count + l] = value;
      products[l * count + i] = value;
    }
  }
  return { count, products };
}

/** t2, unbiased up to 1/m: mean over pairs of different rows. */
function pairSquaresOf({ count, products }: GramRows): number {
  return products.reduce((sum, value) => sum + value * value, 0) / Math.max(1, count * (count - 1));
}

function componentLaw(rows: readonly Float64Array[]): ComponentLaw {
  const mean = meanRow(rows);
  let squares = 0;
  for (const row of rows) for (let j = 0; j < mean.length; j++) squares += (row[j]! - mean[j]!) ** 2;
  return {
    mean,
    variance: squares / Math.max(1, rows.length - 1),
    pairSquares: meanPairSquare(rows.slice(0, MOST_ROWS)),
  };
}

function simulateLimits(rows: GramRows, law: OnlineNull): Float64Array {
  const random = seededRandom(SEED);
  const checkpoints = SIMULATED.map((images) => Math.round(Math.LN2 * images));
  const streams = Array.from({ length: STREAMS }, () => simulateMaxima(rows, law, checkpoints, random));
  const limits = checkpoints.map((_, row) => limitsOf(streams.map((maxima) => maxima[row]!)));
  return Float64Array.from(limits.flat());
}

/** `maxima`: one row a stream, one column a span. */
export function limitsOf(maxima: readonly (readonly number[])[]): number[] {
  const single = SPANS.map((_, span) => median(maxima.map((stream) => stream[span]!)));
  const joint = median(maxima.map((stream) => Math.max(...stream.map((largest, span) => largest / single[span]!))));
  return single.map((limit) => limit * joint);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
