import { hashToUnit } from "../core/random.ts";
import type { Sampler } from "./sampler.ts";

/** Keeps the ids whose hash lies below `ratio` (0 to 1): replicas, retries and labels agree without speaking. */
export class RatioSampler implements Sampler {
  readonly #ratio: number;

  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  keep(id: string): number | undefined {
    return hashToUnit(id) < this.#ratio ? 1 / this.#ratio : undefined;
  }
}
