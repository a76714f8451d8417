export interface MomentsState {
  readonly version: 1;
  readonly weight: number;
  readonly mean: number;
  readonly squares: number;
}

/** Weighted mean and variance, merged as Chan, Golub & LeVeque (1983). Worked number: 1, 2, 3 have mean 2 and variance 1. */
export class Moments {
  #weight = 0;
  #mean = 0;
  /** Σ w·(x − mean)² */
  #squares = 0;

  get weight(): number {
    return this.#weight;
  }

  /** NaN when empty. */
  get mean(): number {
    return this.#weight === 0 ? Number.NaN : this.#mean;
  }

  /** With weights that count images, the unbiased variance Σw(x−mean)²/(Σw−1); NaN below two. */
  get variance(): number {
    return this.#weight > 1 ? this.#squares / (this.#weight - 1) : Number.NaN;
  }

  update(value: number, weight = 1): void {
    if (!Number.isFinite(value)) return;
    this.#weight += weight;
    const distance = value - this.#mean;
    this.#mean += (weight / this.#weight) * distance;
    this.#squares += weight * distance * (value - this.#mean);
  }

  merge(other: Moments): void {
    if (other.#weight === 0) return;
    const weight = this.#weight + other.#weight;
    const distance = other.#mean - this.#mean;
    this.#squares += other.#squares + (distance ** 2 * this.#weight * other.#weight) / weight;
    this.#mean += (distance * other.#weight) / weight;
    this.#weight = weight;
  }

  toState(): MomentsState {
    return { version: 1, weight: this.#weight, mean: this.#mean, squares: this.#squares };
  }

  static fromState(state: MomentsState): Moments {
    if (state.version !== 1) throw new RangeError(`moments of version ${state.version}; this is version 1`);
    const moments = new Moments();
    moments.#weight = state.weight;
    moments.#mean = state.mean;
    moments.#squares = state.squares;
    return moments;
  }
}
