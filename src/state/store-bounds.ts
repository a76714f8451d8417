export interface StoreBounds {
  /** Keys kept after an `evict`; between two of them a store may hold more. */
  readonly maxKeys: number;
  /** On disk, or in memory for a store without one; no bound by default. */
  readonly maxBytes?: number;
}
