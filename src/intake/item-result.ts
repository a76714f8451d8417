/** What became of one entry of a batch: a bad one never fails the others. `error` is for the sender to read. */
export type ItemResult<T> = { readonly item: T } | { readonly error: string };

export interface BatchLimits {
  readonly maxBodyBytes: number;
  readonly maxItems: number;
}
