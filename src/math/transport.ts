/** Mass below this is rounding. */
const DUST = 1e-12;
/** From this many classes on, probabilities within `NEGLIGIBLE` of their row's smallest are not told apart. */
const MANY_CLASSES = 64;
const NEGLIGIBLE = 1e-4;

/**
 * Least cost of moving n rows of mass 1/n onto K classes of capacity q (Σq ≥ 1), where row i pays 1 − p_i,y in class y. `probabilities` are
 * n rows of K numbers in [0, 1].
 *
 * A row's place of last resort costs 1 − min_y p_i,y and always has room: whatever is left there fits into what is left of the classes, at
 * that cost or less. So only the probabilities above the row's smallest are edges, which makes rows of 1,000 classes short. There
 * those within 1e-4 of the smallest are dropped too; the cost is then at most 1e-4 too high.
 *
 * Successive shortest paths with prices (Jonker & Volgenant 1987, with shared capacities): a row first takes its cheapest
 * class; where that is full, the cheapest chain of moves that ends in a free class is found by Dijkstra's method. Time at most the number of edges
 * per chain and about n + K chains, usually far fewer.
 * Worked number: rows (0.9, 0.1) and (0.8, 0.2) onto (½, ½): the second moves, cost (0.1 + 0.8)/2 = 0.45.
 */
export function transportCost(probabilities: readonly ArrayLike<number>[], capacities: ArrayLike<number>): number {
  if (probabilities.length === 0) return Number.NaN;
  const plan = new TransportPlan(edgesOf(probabilities, capacities.length), capacities);
  for (let row = 0; row < probabilities.length; row++) plan.place(row);
  return plan.cost;
}

/** Row after row: the classes worth going to, and last the place of last resort, class K. */
interface Edges {
  /** n + 1: where each row starts. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly classes: Int32Array;
  readonly costs: Float64Array;
}

function edgesOf(probabilities: readonly ArrayLike<number>[], classCount: number): Edges {
  const negligible = classCount > MANY_CLASSES ? NEGLIGIBLE : 0;
  const starts = new Int32Array(probabilities.length + 1);
  const rows: number[] = [];
  const classes: number[] = [];
  const costs: number[] = [];
  for (const [i, row] of probabilities.entries()) {
    let least = 1;
    for (let y = 0; y < classCount; y++) least = Math.min(least, row[y]!);
    for (let y = 0; y <= classCount; y++) {
      const probability = row[y] ?? least;
      if (y < classCount && probability - least <= negligible) continue;
      rows.push(i);
      classes.push(y);
      costs.push(1 - probability);
    }
    starts[i + 1] = rows.length;
  }
  return {
    starts,
    rows: Int32Array.from(rows),
    classes: Int32Array.from(classes),
    costs: Float64Array.from(costs),
  };
}

class TransportPlan {
  readonly #edges: Edges;
  readonly #rowCount: number;
  /** Mass on each edge. */
  readonly #flow: Float64Array;
  /** By class: edges that bear mass, and some that no longer do. */
  readonly #bearing: number[][];
  readonly #free: Float64Array;
  readonly #rowPrices: Float64Array;
  /** At most 0; 0 while the class has room. */
  readonly #classPrices: Float64Array;
  /** Of the running search: distance of each class, the edge it is reached by, the edge each row is left from (−1: not), and what was touched. */
  readonly #distances: Float64Array;
  readonly #byEdge: Int32Array;
  readonly #fromEdge: Int32Array;
  readonly #done: Uint8Array;
  #reached: number[] = [];
  #left: number[] = [];

  constructor(edges: Edges, capacities: ArrayLike<number>) {
    const n = edges.starts.length - 1;
    const places = capacities.length + 1;
    this.#edges = edges;
    this.#rowCount = n;
    this.#flow = new Float64Array(edges.costs.length);
    this.#bearing = Array.from({ length: places }, () => []);
    this.#free = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
    this.#free.set(Float64Array.from(capacities));
    this.#rowPrices = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    this.#classPrices = new Float64Array(places);
    this.#distances = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
    this.#byEdge = new Int32Array(places);
    this.#fromEdge = new Int32Array(n).fill(-1);
    this.#done = new Uint8Array(places);
    for (const [edge, cost] of edges.costs.entries()) {
      const row = edges.rows[edge]!;
      this.#rowPrices[row] = Math.min(this.#rowPrices[row]!, cost);
    }
  }

  get cost(): number {
    let sum = 0;
    let mass = 0;
    for (const [edge, flow] of this.#flow.entries()) {
      sum += flow * this.#edges.costs[edge]!;
      mass += flow;
    }
    return sum / mass;
  }

  place(row: number): void {
    let left = 1 / this.#rowCount;
    while (left > DUST) {
      const end = this.#search(row);
      this.#reprice(row, end);
      left -= this.#move(row, end, left);
      this.#forget();
    }
  }

  /** Dijkstra from a row to the nearest class with room; the place of last resort always has some. */
  #search(start: number): number {
    this.#relax(start, 0);
    for (;;) {
      const nearest = this.#nearest();
      if (this.#free[nearest]! > DUST) return nearest;
      this.#done[nearest] = 1;
      const bearing = this.#bearing[nearest]!.filter((edge) => this.#flow[edge]! > DUST);
      this.#bearing[nearest] = bearing;
      for (const edge of bearing) {
        const row = this.#edges.rows[edge]!;
        if (row === start || this.#fromEdge[row]! >= 0) continue;
        this.#fromEdge[row] = edge;
        this.#left.push(row);
        this.#relax(row, this.#distances[nearest]!);
      }
    }
  }

  #relax(row: number, distance: number): void {
    const { starts, classes, costs } = this.#edges;
    const base = distance - this.#rowPrices[row]!;
    for (let edge = starts[row]!; edge < starts[row + 1]!; edge++) {
      const y = classes[edge]!;
      const reached = base + costs[edge]! - this.#classPrices[y]!;
      if (this.#done[y] || reached >= this.#distances[y]!) continue;
      if (this.#distances[y] === Number.POSITIVE_INFINITY) this.#reached.push(y);
      this.#distances[y] = reached;
      this.#byEdge[y] = edge;
    }
  }

  #nearest(): number {
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const y of this.#reached) {
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
    for (const row of this.#left) {
      this.#rowPrices[row]! += length - this.#distances[this.#edges.classes[this.#fromEdge[row]!]!]!;
    }
    for (const y of this.#reached) if (this.#done[y]) this.#classPrices[y]! += this.#distances[y]! - length;
  }

  /** Moves as much as the chain can bear; returns how much. */
  #move(start: number, end: number, wanted: number): number {
    let mass = Math.min(wanted, this.#free[end]!);
    this.#walk(start, end, (_, leaves) => {
      if (leaves >= 0) mass = Math.min(mass, this.#flow[leaves]!);
    });
    this.#walk(start, end, (enters, leaves) => {
      if (leaves >= 0) this.#flow[leaves]! -= mass;
      if (this.#flow[enters]! <= DUST) this.#bearing[this.#edges.classes[enters]!]!.push(enters);
      this.#flow[enters]! += mass;
    });
    this.#free[end]! -= mass;
    return mass;
  }

  /** Visits the moves that end in a class, last one first: the edge that is entered, and the one that is left (−1 for the new row). */
  #walk(start: number, end: number, visit: (enters: number, leaves: number) => void): void {
    let to = end;
    for (;;) {
      const enters = this.#byEdge[to]!;
      const row = this.#edges.rows[enters]!;
      const leaves = row === start ? -1 : this.#fromEdge[row]!;
      visit(enters, leaves);
      if (leaves < 0) return;
      to = this.#edges.classes[leaves]!;
    }
  }

  #forget(): void {
    for (const y of this.#reached) {
      this.#distances[y] = Number.POSITIVE_INFINITY;
      this.#done[y] = 0;
    }
    for (const row of this.#left) this.#fromEdge[row] = -1;
    this.#reached = [];
    this.#left = [];
  }
}
