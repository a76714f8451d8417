import { Ewma, type EwmaState, type OnlineNull, SPANS } from "./online-ewma.ts";

export interface AveragesState {
  readonly means: readonly Float64Array[];
  readonly averages: readonly EwmaState[];
}

/** The three exponentially weighted means M of f, one a span, and what makes them comparable with their limits. */
export class OnlineAverages {
  readonly #means: readonly Float64Array[];
  #ewmas: readonly Ewma[] = newEwmas();

  /** Features have `length` numbers. */
  constructor(length: number) {
    this.#means = SPANS.map(() => new Float64Array(length));
  }

  /** Takes one image into the averages and returns the largest z over its limit: one pass for all spans, the loop that every image spends its time in. */
  add(features: Float64Array, law: OnlineNull, limits: readonly number[]): number {
    const [short, middle, long] = this.#means as [Float64Array, Float64Array, Float64Array];
    const [a0, a1, a2] = this.#ewmas.map(({ share }) => share) as [number, number, number];
    let energy = 0;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    for (let i = 0; i < features.length; i++) {
      const f = features[i]!;
      const m0 = short[i]! + a0 * (f - short[i]!);
      const m1 = middle[i]! + a1 * (f - middle[i]!);
      const m2 = long[i]! + a2 * (f - long[i]!);
      short[i] = m0;
      middle[i] = m1;
      long[i] = m2;
      energy += f * f;
      s0 += m0 * m0;
      s1 += m1 * m1;
      s2 += m2 * m2;
    }
    const squaredLengths = [s0, s1, s2];
    const standings = this.#ewmas.map((ewma, span) => {
      ewma.add(energy);
      return ewma.standardised(squaredLengths[span]!, law) / limits[span]!;
    });
    return Math.max(...standings);
  }

  /** From now on `moved` less in feature i: each average is less by as much as its weights sum to. */
  shift(i: number, moved: number): void {
    for (let span = 0; span < SPANS.length; span++) this.#means[span]![i]! -= this.#ewmas[span]!.weight * moved;
  }

  restart(): void {
    this.#ewmas = newEwmas();
    for (const mean of this.#means) mean.fill(0);
  }

  toState(): AveragesState {
    return { means: this.#means.map((mean) => mean.slice()), averages: this.#ewmas.map((ewma) => ewma.toState()) };
  }

  fits({ means }: AveragesState): boolean {
    return means.length === SPANS.length && means.every(({ length }, span) => length === this.#means[span]!.length);
  }

  restore({ means, averages }: AveragesState): void {
    for (const [span, mean] of means.entries()) this.#means[span]!.set(mean);
    for (const [span, ewma] of averages.entries()) this.#ewmas[span]!.restore(ewma);
  }
}

function newEwmas(): Ewma[] {
  return SPANS.map((span) => new Ewma(span));
}
