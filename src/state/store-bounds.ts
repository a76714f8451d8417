/** What a store gives up: keys past their life span, and the soonest to end beyond the size bound. */
export interface Evicted {
  readonly age: number;
  readonly size: number;
}

export interface StoreBounds {
  /** Keys kept after an `evict`; between two of them a store may hold more. */
  readonly maxKeys: number;
}
