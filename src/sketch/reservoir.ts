export interface ReservoirState {
  readonly version: 1;
  readonly capacity: number;
  readonly columns: number;
  /** Only keys below it are held. */
  readonly limit: number;
  readonly keys: Float64Array;
  readonly tags: Int32Array;
  /** Row after row. */
  readonly rows: Float32Array;
}

interface Entry {
  readonly key: number;
  readonly row: Float32Array;
  readonly tag: number;
}

/**
 * A uniform sample of rows: the ones with the smallest keys (bottom-k sampling, Cohen & Kaplan 2007). With keys uniform in the
 * id, the sample of a merge is the merge of the samples, in any order and on any replica. A sample that was trimmed holds every row
 * below some key and none above; so does, below the smallest such key, its merge with others, which keeps it uniform.
 */
export class Reservoir {
  readonly #capacity: number;
  readonly #columns: number;
  /** Ascending keys. */
  #entries: Entry[] = [];
  /** Keys are below 1, so at first nothing is refused. */
  #limit = 1;

  constructor(capacity: number, columns: number) {
    this.#capacity = capacity;
    this.#columns = columns;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** `key` is uniform on [0, 1); `tag` travels with the row. */
  offer(key: number, row: ArrayLike<number>, tag: number): void {
    if (key >= this.#limit) return;
    const last = this.#entries.at(-1);
    if (this.#entries.length >= this.#capacity && last !== undefined && key >= last.key) return;
    this.#insert({ key, row: Float32Array.from(row), tag });
  }

  merge(other: Reservoir): void {
    const merged = [...this.#entries, ...other.#entries].sort((a, b) => a.key - b.key);
    this.#limit = Math.min(this.#limit, other.#limit);
    this.#entries = merged.filter(({ key }) => key < this.#limit).slice(0, this.#capacity);
  }

  /** Gives up all but the `count` smallest keys, for good. */
  trim(count: number): void {
    const first = this.#entries[count];
    if (!first) return;
    this.#limit = first.key;
    this.#entries = this.#entries.filter(({ key }) => key < first.key);
  }

  rows(): readonly Float32Array[] {
    return this.#entries.map(({ row }) => row);
  }

  tags(): readonly number[] {
    return this.#entries.map(({ tag }) => tag);
  }

  toState(): ReservoirState {
    const rows = new Float32Array(this.#entries.length * this.#columns);
    for (const [index, { row }] of this.#entries.entries()) rows.set(row, index * this.#columns);
    return {
      version: 1,
      capacity: this.#capacity,
      columns: this.#columns,
      limit: this.#limit,
      keys: Float64Array.from(this.#entries, ({ key }) => key),
      tags: Int32Array.from(this.#entries, ({ tag }) => tag),
      rows,
    };
  }

  static fromState(state: ReservoirState): Reservoir {
    if (state.version !== 1) throw new RangeError(`reservoir of version ${state.version}; this is version 1`);
    const reservoir = new Reservoir(state.capacity, state.columns);
    reservoir.#limit = state.limit;
    reservoir.#entries = Array.from(state.keys, (key, index) => ({
      key,
      tag: state.tags[index]!,
      row: state.rows.slice(index * state.columns, (index + 1) * state.columns),
    }));
    return reservoir;
  }

  #insert(entry: Entry): void {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.key <= entry.key) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
    if (this.#entries.length > this.#capacity) this.#entries.pop();
  }
}
