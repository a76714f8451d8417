/** Decides which inferences are looked at. */
export interface Sampler {
  /**
   * The weight of what is kept, 1 / the probability with which it was kept, so that weighted sums stay unbiased; undefined when it
   * is not kept. Time is monotonic and only grows from call to call.
   */
  keep(id: string, monotonicSeconds: number): number | undefined;
}
