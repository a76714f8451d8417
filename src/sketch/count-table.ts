export interface CountTableState {
  readonly version: 1;
  readonly keys: Float64Array;
  readonly counts: Float64Array;
}

/** What is left of fractional weights that were added and taken back in another order. */
const RESIDUE = 1e-9;

/** Weighted counts of a few among many integer keys, such as the cells of a confusion matrix of 1,000 classes. */
export class CountTable {
  readonly #counts = new Map<number, number>();

  /** A negative weight takes back what was counted; a cell at zero is forgotten. */
  update(key: number, weight = 1): void {
    const count = this.get(key) + weight;
    if (Math.abs(count) < RESIDUE) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }

  get(key: number): number {
    return this.#counts.get(key) ?? 0;
  }

  entries(): readonly (readonly [key: number, count: number])[] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }

  merge(other: CountTable): void {
    for (const [key, count] of other.#counts) this.update(key, count);
  }

  toState(): CountTableState {
    const entries = this.entries();
    return {
      version: 1,
      keys: Float64Array.from(entries, ([key]) => key),
      counts: Float64Array.from(entries, ([, count]) => count),
    };
  }

  static fromState(state: CountTableState): CountTable {
    if (state.version !== 1) throw new RangeError(`count table of version ${state.version}; this is version 1`);
    const table = new CountTable();
    for (const [index, key] of state.keys.entries()) table.#counts.set(key, state.counts[index]!);
    return table;
  }
}
