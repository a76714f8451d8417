import type { PlainState } from "../core/codec.ts";
import { seededRandom } from "../core/random.ts";
import { dot, meanPairSquare, meanRow } from "../math/linear-algebra.ts";
import type { Projected, Projection } from "../profile/projection.ts";
import { type OnlineNull, SPANS } from "./online-ewma.ts";
import { drawCentre, type GramRows, simulateMaxima, trueCentre } from "./online-simulation.ts";
import type { ComponentLaw } from "./online-step.ts";

/** Images per false alarm for which limits are medians of simulated maxima. */
const SIMULATED: readonly number[] = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
/** For which limits come from the tail of the last maxima; beyond, limits go on as between these two. */
const TAIL: readonly number[] = [16_384, 32_768];
const GRID: readonly number[] = [...SIMULATED, ...TAIL];
/** Share of the maxima that make the tail. */
const TAIL_SHARE = 0.2;
const STREAMS = 200;
/** References drawn anew, whose centres each stream is compared with. */
const CENTRES = 16;
/** Rows that stand for the population: their Gram matrix costs the square of it. */
const MOST_ROWS = 1000;
/** With fewer, products of different images say nothing. */
const LEAST_ROWS = 20;
const SEED = 500;

interface State {
  readonly version: 2;
  readonly law: OnlineNull;
  readonly components: ComponentLaw;
  /** GRID × spans, for the centre that the reference has; empty when the reference was too small. */
  readonly limits: Float64Array;
  /** Likewise, for the true centre. */
  readonly trueLimits: Float64Array;
}

/** Of references of before the tail was fitted: SIMULATED × spans, one centre a stream. */
interface StateOfVersion1 extends Omit<State, "version" | "trueLimits"> {
  readonly version: 1;
}

/**
 * The part of the online alarm that belongs to a reference: the law of z and, for any number of images per false alarm, the limit
 * of each span. Not the alarm rate: that is the user's choice and may change without a new reference.
 *
 * The first alarm is to come after ln 2 · L images in the median, as it would were alarms to come at random once in L images. A
 * stream is silent for so long exactly if its largest z until then is below the limit, so the limit of a span is the *median over
 * simulated streams of that maximum*, h_w, with no search; and as the three spans share one budget, all are stretched by H, the
 * median of max_w max z_w/h_w. One run of simulated streams gives every L up to 4,096.
 *
 * Beyond, a stream of T = ln 2 · 4,096 images is to alarm with probability 1 − exp(−T/L), so the limit is an upper quantile of the same maxima: of
 * all streams with all drawn centres, whose mean rate is what counts then, since the few centres that are far off raise most alarms. The tail above the
 * 80 % quantile u is exponential with the mean excess s (Pickands 1975), P(max > h) = 0.2·exp(−(h − u)/s), and κ, the number of spans that
 * would be independent, is that by which 1 − P(no span above its u) = 0.8^κ.
 *
 * Both are done for drawn centres and for the true one, which the alarm comes to know by and by (drift/online-centre.ts); between, limits are linear in the
 * share of the error that is left. Between the L of the grid they are linear in ln L.
 *
 * Worked number: three streams with maxima 2, 3, 4 of one span and 3, 2, 5 of another: h = 3 and 3, ratios 1, 1, 1.67, H = 1.
 */
export class OnlineLimits {
  readonly law: OnlineNull;
  readonly components: ComponentLaw;
  readonly #limits: Float64Array;
  readonly #trueLimits: Float64Array;

  private constructor({ law, components, limits, trueLimits }: Omit<State, "version">) {
    this.law = law;
    this.components = components;
    this.#limits = limits;
    this.#trueLimits = trueLimits;
  }

  /** `projected` are the images of `sample.rest`. Takes 2.6 CPU seconds for 500 of them; always the same for the same images. */
  static fit({ projection, projected }: { projection: Projection; projected: readonly Projected[] }): OnlineLimits {
    const images = projected.length;
    const energy = projected.reduce((sum, image) => sum + image.energy, 0);
    const rows = gramRows(projected.slice(0, MOST_ROWS).map((image) => projection.features(image)));
    const law: OnlineNull = { images, trace: energy / Math.max(1, images - 1), pairSquares: pairSquaresOf(rows) };
    const fits = rows.count >= LEAST_ROWS && law.pairSquares > 0;
    return new OnlineLimits({
      law,
      components: componentLaw(projected.map(({ components }) => components)),
      ...(fits ? simulateLimits(rows, law) : { limits: new Float64Array(0), trueLimits: new Float64Array(0) }),
    });
  }

  /** False: the reference was too small, and nothing may alarm. */
  get usable(): boolean {
    return this.#limits.length > 0;
  }

  /**
   * One limit a span for one false alarm in so many independent images; that of 16 for fewer. `errorShare`: of the error of the reference's
   * centre, as a variance, how much is left, from 1 to 0. Infinite when not usable.
   */
  at(imagesPerFalseAlarm: number, errorShare: number = 1): number[] {
    if (!this.usable) return SPANS.map(() => Number.POSITIVE_INFINITY);
    const images = Math.max(imagesPerFalseAlarm, GRID[0]!);
    const last = GRID.length - 2;
    const below = Math.min(
      Math.max(
        0,
        GRID.findLastIndex((each) => each <= images),
      ),
      last,
    );
    const position = Math.log(images / GRID[below]!) / Math.log(GRID[below + 1]! / GRID[below]!);
    return SPANS.map((_, span) => {
      const of = (limits: Float64Array): number => {
        const [low, high] = [0, 1].map((row) => limits[(below + row) * SPANS.length + span]!) as [number, number];
        return low + position * (high - low);
      };
      return errorShare * of(this.#limits) + (1 - errorShare) * of(this.#trueLimits);
    });
  }

  toState(): PlainState {
    const state: State = {
      version: 2,
      law: this.law,
      components: this.components,
      limits: this.#limits,
      trueLimits: this.#trueLimits,
    };
    return state as unknown as PlainState;
  }

  /** Throws a RangeError for a state of another version. */
  static fromState(plain: PlainState): OnlineLimits {
    const state = plain as unknown as State | StateOfVersion1;
    if (state.version === 2) return new OnlineLimits(state);
    if (state.version === 1) {
      const limits = extrapolated(state.limits);
      return new OnlineLimits({ ...state, limits, trueLimits: limits });
    }
    throw new RangeError(`online limits of version ${(state as { version: unknown }).version}; this is version 2`);
  }
}

/** Limits of before the tail was fitted, continued along ln L with the slope of their last three doublings. */
function extrapolated(limits: Float64Array): Float64Array {
  if (limits.length === 0) return limits;
  const at = (row: number, span: number): number => limits[row * SPANS.length + span]!;
  const last = SIMULATED.length - 1;
  const tail = TAIL.flatMap((images) =>
    SPANS.map((_, span) => {
      const slope = (at(last, span) - at(last - 3, span)) / 3;
      return at(last, span) + slope * Math.log2(images / SIMULATED[last]!);
    }),
  );
  return Float64Array.of(...limits, ...tail);
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

function simulateLimits(rows: GramRows, law: OnlineNull): Pick<State, "limits" | "trueLimits"> {
  const random = seededRandom(SEED);
  const checkpoints = SIMULATED.map((images) => Math.round(Math.LN2 * images));
  const drawn = Array.from({ length: CENTRES }, () => drawCentre(rows, law.images, random));
  const centres = [trueCentre(rows), ...drawn];
  const streams = Array.from({ length: STREAMS }, () =>
    simulateMaxima(rows, law.pairSquares, centres, checkpoints, random),
  );
  const tableOf = (first: number, end?: number): Float64Array => {
    const maxima = checkpoints.map((_, row) => streams.flatMap((stream) => stream[row]!.slice(first, end)));
    const tail = tailLimitsOf(maxima.at(-1)!, checkpoints.at(-1)!, TAIL);
    return Float64Array.from([...maxima.map(limitsOf), ...tail].flat());
  };
  return { limits: tableOf(1), trueLimits: tableOf(0, 1) };
}

/** `maxima` of so many images: one row a stream, one column a span. A row for each of `imagesPerFalseAlarm`. */
export function tailLimitsOf(
  maxima: readonly (readonly number[])[],
  images: number,
  imagesPerFalseAlarm: readonly number[],
): number[][] {
  const tails = SPANS.map((_, span) => {
    const sorted = maxima.map((stream) => stream[span]!).sort((a, b) => b - a);
    const count = Math.max(1, Math.floor(TAIL_SHARE * sorted.length));
    const start = sorted[Math.min(count, sorted.length - 1)]!;
    const excess = sorted.slice(0, count).reduce((sum, value) => sum + value - start, 0) / count;
    return { start, excess };
  });
  const quiet = maxima.filter((stream) => stream.every((largest, span) => largest <= tails[span]!.start)).length;
  const spans = Math.log(Math.max(1, quiet) / maxima.length) / Math.log(1 - TAIL_SHARE);
  return imagesPerFalseAlarm.map((asked) => {
    const probability = -Math.expm1(-images / (asked * spans));
    return tails.map(({ start, excess }) => start + excess * Math.log(TAIL_SHARE / probability));
  });
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
