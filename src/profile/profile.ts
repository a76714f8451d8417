import type { Features } from "../core/features.ts";
import { ImageSums, type ImageSumsState } from "./image-sums.ts";
import { LabelSums, type LabelSumsState } from "./label-sums.ts";
import { PredictionSums, type PredictionSumsState, type RecordedPrediction } from "./prediction-sums.ts";
import type { Projected } from "./projection.ts";

export type { RecordedPrediction } from "./prediction-sums.ts";

/** What makes two Profiles mergeable. */
export interface ProfileShape {
  /** Names of the image statistics, in their order. */
  readonly statistics: readonly string[];
  /** K */
  readonly classCount: number;
  /** Principal components k; 0 without a reference. */
  readonly components: number;
  /** Confidences that part the five bins of the strata (strata.ts); a reference of an earlier version has none. They may differ in a merge. */
  readonly confidenceEdges?: readonly number[];
}

export interface ProfileState {
  readonly version: 1;
  readonly shape: ProfileShape;
  /** NaN when empty. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly predictions: PredictionSumsState;
  readonly images: ImageSumsState;
  readonly labels: LabelSumsState;
}

/**
 * A fixed-size, mergeable summary of many inferences: the one type for the reference, a chunk of traffic and a window. Merging
 * is exact for every sum and within the sketch's rank error for quantiles.
 */
export class Profile {
  readonly shape: ProfileShape;
  readonly predictions: PredictionSums;
  readonly images: ImageSums;
  readonly labels: LabelSums;
  #firstSeconds = Number.NaN;
  #lastSeconds = Number.NaN;

  constructor(shape: ProfileShape) {
    this.shape = shape;
    this.predictions = new PredictionSums(shape.classCount, shape.confidenceEdges);
    this.images = new ImageSums(shape.statistics.length, shape.components);
    this.labels = new LabelSums(shape.classCount);
  }

  /** Time of the earliest prediction or image; NaN when empty. */
  get firstSeconds(): number {
    return this.#firstSeconds;
  }

  get lastSeconds(): number {
    return this.#lastSeconds;
  }

  /** `spacing`: predictions so far apart are as good as independent; so many count as one when it is asked how exact a share is. */
  recordPrediction(prediction: RecordedPrediction, spacing = 1): void {
    this.#cover(prediction.timeSeconds);
    this.predictions.record(prediction, spacing);
  }

  /** `unusual`: the image was judged unlike the reference on its own. */
  recordImage(features: Features, projected: Projected, unusual: boolean): void {
    this.countImage(features.timeSeconds, unusual);
    this.measureImage(features, projected, 1);
  }

  countImage(timeSeconds: number, unusual: boolean): void {
    this.#cover(timeSeconds);
    this.images.countOne(unusual);
  }

  /** An image that was counted. `spacing`: of so many dependent images this one is measured; it stands for all of them. */
  measureImage(features: Features, projected: Projected, spacing: number): void {
    this.images.measure(features, projected, spacing);
  }

  /** `sign` −1 takes back a label that was corrected. */
  recordLabel(prediction: RecordedPrediction, trueClass: number, sign: 1 | -1): void {
    this.labels.record(prediction, trueClass, sign);
    this.predictions.recordLabel(prediction, prediction.outcome.classIndex === trueClass, sign);
  }

  /** Throws a RangeError for a Profile of another shape. */
  merge(other: Profile): void {
    if (!sameShape(this.shape, other.shape)) throw new RangeError("profiles of different shapes cannot be merged");
    this.#cover(other.#firstSeconds);
    this.#cover(other.#lastSeconds);
    this.predictions.merge(other.predictions);
    this.images.merge(other.images);
    this.labels.merge(other.labels);
  }

  clone(): Profile {
    const copy = new Profile(this.shape);
    copy.merge(this);
    return copy;
  }

  /** Gives up what is needed only while values come in: a closed Profile takes about a tenth of the memory. */
  close(): void {
    this.predictions.close();
    this.images.close();
  }

  toState(): ProfileState {
    return {
      version: 1,
      shape: this.shape,
      firstSeconds: this.#firstSeconds,
      lastSeconds: this.#lastSeconds,
      predictions: this.predictions.toState(),
      images: this.images.toState(),
      labels: this.labels.toState(),
    };
  }

  /** Throws a RangeError for a state of another version. */
  static fromState(state: ProfileState): Profile {
    if (state.version !== 1) throw new RangeError(`profile of version ${state.version}; this is version 1`);
    const profile = new Profile(state.shape);
    profile.#firstSeconds = state.firstSeconds;
    profile.#lastSeconds = state.lastSeconds;
    profile.predictions.merge(PredictionSums.fromState(state.predictions, state.shape.confidenceEdges));
    profile.images.merge(ImageSums.fromState(state.images));
    profile.labels.merge(LabelSums.fromState(state.labels, state.shape.classCount));
    return profile;
  }

  #cover(seconds: number): void {
    if (Number.isNaN(seconds)) return;
    if (!(this.#firstSeconds <= seconds)) this.#firstSeconds = seconds;
    if (!(this.#lastSeconds >= seconds)) this.#lastSeconds = seconds;
  }
}

function sameShape(a: ProfileShape, b: ProfileShape): boolean {
  return a.classCount === b.classCount && a.components === b.components && a.statistics.join() === b.statistics.join();
}
