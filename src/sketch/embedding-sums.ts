import type { NumberArray } from "../core/codec.ts";
import { compactNumbers } from "./compact-numbers.ts";

/** The numbers of one embedding that a window remembers; made by profile/projection.ts. */
export interface ProjectedNumbers {
  /** k whitened principal components z_j. */
  readonly components: Float64Array;
  /** k: index of the first cut that is ≥ z_j; CUTS when z_j is above all of them. */
  readonly bins: Uint8Array;
  /** |phi − c|² */
  readonly energy: number;
}

/** Cuts per component: octiles. */
export const CUTS = 7;

export interface EmbeddingSumsState {
  readonly version: 1;
  readonly weight: number;
  readonly weightSquares: number;
  readonly energy: number;
  readonly components: Float64Array;
  readonly atMost: NumberArray;
}

/**
 * What METHODS A keeps of a window, all of it sums that add over time and replicas: Σw, Σw², Σw·z_j, Σw·1(z_j ≤ e_jb) and Σw²·|phi − c|².
 */
export class EmbeddingSums {
  weight = 0;
  weightSquares = 0;
  /** Σ w²·|phi − c|² */
  energy = 0;
  /** k: Σ w·z_j */
  readonly components: Float64Array;
  #atMost: NumberArray;

  constructor(componentCount: number) {
    this.components = new Float64Array(componentCount);
    this.#atMost = new Float64Array(componentCount * CUTS);
  }

  /** k × CUTS: Σ w·1(z_j ≤ e_jb) */
  get atMost(): NumberArray {
    return this.#atMost;
  }

  update({ components, bins, energy }: ProjectedNumbers, weight = 1): void {
    this.weight += weight;
    this.weightSquares += weight * weight;
    this.energy += weight * weight * energy;
    const atMost = this.#open();
    for (let j = 0; j < components.length; j++) {
      this.components[j]! += weight * components[j]!;
      const end = (j + 1) * CUTS;
      for (let at = j * CUTS + bins[j]!; at < end; at++) atMost[at]! += weight;
    }
  }

  merge(other: EmbeddingSums): void {
    this.weight += other.weight;
    this.weightSquares += other.weightSquares;
    this.energy += other.energy;
    const atMost = this.#open();
    const others = other.#atMost;
    for (let j = 0; j < this.components.length; j++) this.components[j]! += other.components[j]!;
    for (let i = 0; i < atMost.length; i++) atMost[i]! += others[i]!;
  }

  /** Takes less memory until the next update; the numbers stay the same. */
  close(): void {
    if (this.#atMost instanceof Float64Array) this.#atMost = compactNumbers(this.#atMost);
  }

  /** Mean of phi, k + 7k numbers in the order of `scales` (Projection.featureScales): k components, then 7 cuts of each. NaN when empty. */
  meanFeature(scales: Float64Array): Float64Array {
    const { components, atMost, weight } = this;
    const count = components.length;
    return scales.map((scale, i) => (scale * (i < count ? components[i]! : atMost[i - count]!)) / weight);
  }

  toState(): EmbeddingSumsState {
    const { weight, weightSquares, energy, components } = this;
    const atMost = compactNumbers(Float64Array.from(this.#atMost));
    return { version: 1, weight, weightSquares, energy, components: components.slice(), atMost };
  }

  static fromState(state: EmbeddingSumsState): EmbeddingSums {
    if (state.version !== 1) throw new RangeError(`embedding sums of version ${state.version}; this is version 1`);
    const sums = new EmbeddingSums(state.components.length);
    sums.weight = state.weight;
    sums.weightSquares = state.weightSquares;
    sums.energy = state.energy;
    sums.components.set(state.components);
    sums.#atMost = state.atMost.slice();
    return sums;
  }

  #open(): Float64Array {
    const open = this.#atMost instanceof Float64Array ? this.#atMost : Float64Array.from(this.#atMost);
    this.#atMost = open;
    return open;
  }
}
