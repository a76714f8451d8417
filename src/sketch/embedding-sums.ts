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
  readonly atMost: Float64Array;
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
  /** k × CUTS: Σ w·1(z_j ≤ e_jb) */
  readonly atMost: Float64Array;

  constructor(componentCount: number) {
    this.components = new Float64Array(componentCount);
    this.atMost = new Float64Array(componentCount * CUTS);
  }

  update({ components, bins, energy }: ProjectedNumbers, weight = 1): void {
    this.weight += weight;
    this.weightSquares += weight * weight;
    this.energy += weight * weight * energy;
    for (let j = 0; j < components.length; j++) {
      this.components[j]! += weight * components[j]!;
      const end = (j + 1) * CUTS;
      for (let at = j * CUTS + bins[j]!; at < end; at++) this.atMost[at]! += weight;
    }
  }

  merge(other: EmbeddingSums): void {
    this.weight += other.weight;
    this.weightSquares += other.weightSquares;
    this.energy += other.energy;
    for (let j = 0; j < this.components.length; j++) this.components[j]! += other.components[j]!;
    for (let i = 0; i < this.atMost.length; i++) this.atMost[i]! += other.atMost[i]!;
  }

  toState(): EmbeddingSumsState {
    const { weight, weightSquares, energy, components, atMost } = this;
    return { version: 1, weight, weightSquares, energy, components: components.slice(), atMost: atMost.slice() };
  }

  static fromState(state: EmbeddingSumsState): EmbeddingSums {
    if (state.version !== 1) throw new RangeError(`embedding sums of version ${state.version}; this is version 1`);
    const sums = new EmbeddingSums(state.components.length);
    sums.weight = state.weight;
    sums.weightSquares = state.weightSquares;
    sums.energy = state.energy;
    sums.components.set(state.components);
    sums.atMost.set(state.atMost);
    return sums;
  }
}
