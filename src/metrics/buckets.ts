/** A histogram as plain numbers. */
export interface BucketCounts {
  readonly upperEdges: readonly number[];
  /** Per bucket, not cumulative; one more than edges, the last is +Inf. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Counts values by the first edge that is not below them. */
export class Buckets implements BucketCounts {
  readonly upperEdges: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(upperEdges: readonly number[]) {
    this.upperEdges = upperEdges;
    this.#counts = new Array<number>(upperEdges.length + 1).fill(0);
  }

  get counts(): readonly number[] {
    return this.#counts;
  }

  get sum(): number {
    return this.#sum;
  }

  /** A value that is not finite or is below 0 is not a duration and is left out. */
  observe(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
    const bucket = this.upperEdges.findIndex((edge) => value <= edge);
    const index = bucket < 0 ? this.upperEdges.length : bucket;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#sum += value;
  }
}
