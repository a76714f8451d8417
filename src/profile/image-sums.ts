import type { Features } from "../core/features.ts";
import { EmbeddingSums, type EmbeddingSumsState } from "../sketch/embedding-sums.ts";
import { Moments, type MomentsState } from "../sketch/moments.ts";
import { QuantileSketch, type QuantileState } from "../sketch/quantiles.ts";
import type { Projected } from "./projection.ts";

/** Classes whose embeddings are summed apart, which is most of a day's memory; images of later ones count only in the whole. */
const TRACKED_CLASSES = 24;

export interface ImageSumsState {
  readonly version: 1;
  readonly counts: Float64Array;
  readonly statistics: readonly QuantileState[];
  readonly reconstructionError: QuantileState;
  readonly reconstructionMoments: MomentsState;
  readonly embedding: EmbeddingSumsState;
  readonly classIndexes: Int32Array;
  readonly embeddingByClass: readonly EmbeddingSumsState[];
}

/** What a Profile knows of the images that were analysed. */
export class ImageSums {
  /** Number of images, not weighted, also of those that were not measured because their neighbours are like them. */
  count = 0;
  weight = 0;
  weightSquares = 0;
  /** Images that were judged unusual one by one, not weighted. */
  unusualCount = 0;
  readonly statistics: readonly QuantileSketch[];
  readonly reconstructionError: QuantileSketch = new QuantileSketch();
  readonly reconstructionMoments: Moments = new Moments();
  readonly embedding: EmbeddingSums;
  /** By predicted class, allocated when the class first occurs. */
  readonly embeddingByClass: Map<number, EmbeddingSums> = new Map();

  constructor(statisticCount: number, componentCount: number) {
    this.statistics = Array.from({ length: statisticCount }, () => new QuantileSketch());
    this.embedding = new EmbeddingSums(componentCount);
  }

  countOne(unusual: boolean): void {
    this.count += 1;
    if (unusual) this.unusualCount += 1;
  }

  /** `spacing`: of so many images this one is measured, and stands for all of them. */
  measure({ weight: ownWeight, statistics, outcome }: Features, projected: Projected, spacing: number): void {
    const weight = ownWeight * spacing;
    this.weight += weight;
    this.weightSquares += weight * weight;
    for (const [index, sketch] of this.statistics.entries()) sketch.update(statistics[index]!, weight);
    this.reconstructionError.update(projected.reconstructionError, weight);
    this.reconstructionMoments.update(projected.reconstructionError, weight);
    this.embedding.update(projected, weight);
    if (outcome) this.#ofClass(outcome.classIndex)?.update(projected, weight);
  }

  merge(other: ImageSums): void {
    this.count += other.count;
    this.weight += other.weight;
    this.weightSquares += other.weightSquares;
    this.unusualCount += other.unusualCount;
    for (const [index, sketch] of this.statistics.entries()) sketch.merge(other.statistics[index]!);
    this.reconstructionError.merge(other.reconstructionError);
    this.reconstructionMoments.merge(other.reconstructionMoments);
    this.embedding.merge(other.embedding);
    for (const [classIndex, sums] of other.embeddingByClass) this.#ofClass(classIndex)?.merge(sums);
  }

  /** Called when no more images are expected. */
  close(): void {
    for (const sketch of this.statistics) sketch.close();
    this.reconstructionError.close();
    this.embedding.close();
    for (const sums of this.embeddingByClass.values()) sums.close();
  }

  toState(): ImageSumsState {
    return {
      version: 1,
      counts: Float64Array.of(this.count, this.weight, this.weightSquares, this.unusualCount),
      statistics: this.statistics.map((sketch) => sketch.toState()),
      reconstructionError: this.reconstructionError.toState(),
      reconstructionMoments: this.reconstructionMoments.toState(),
      embedding: this.embedding.toState(),
      classIndexes: Int32Array.from(this.embeddingByClass.keys()),
      embeddingByClass: [...this.embeddingByClass.values()].map((sums) => sums.toState()),
    };
  }

  static fromState(state: ImageSumsState): ImageSums {
    if (state.version !== 1) throw new RangeError(`image sums of version ${state.version}; this is version 1`);
    const sums = new ImageSums(state.statistics.length, state.embedding.components.length);
    [sums.count, sums.weight, sums.weightSquares, sums.unusualCount] = state.counts as unknown as [
      number,
      number,
      number,
      number,
    ];
    for (const [index, sketch] of sums.statistics.entries())
      sketch.merge(QuantileSketch.fromState(state.statistics[index]!));
    sums.reconstructionError.merge(QuantileSketch.fromState(state.reconstructionError));
    sums.reconstructionMoments.merge(Moments.fromState(state.reconstructionMoments));
    sums.embedding.merge(EmbeddingSums.fromState(state.embedding));
    for (const [index, classIndex] of state.classIndexes.entries()) {
      sums.embeddingByClass.set(classIndex, EmbeddingSums.fromState(state.embeddingByClass[index]!));
    }
    return sums;
  }

  #ofClass(classIndex: number): EmbeddingSums | undefined {
    const known = this.embeddingByClass.get(classIndex);
    if (known || classIndex >= TRACKED_CLASSES) return known;
    const sums = new EmbeddingSums(this.embedding.components.length);
    this.embeddingByClass.set(classIndex, sums);
    return sums;
  }
}
