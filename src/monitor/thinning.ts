import type { PlainState } from "../core/codec.ts";
import type { Outcome } from "../core/prediction.ts";
import type { OnlineAlarm } from "../drift/online-alarm.ts";
import type { Reference } from "../reference/load.ts";
import { PredictionSpacing } from "./prediction-spacing.ts";
import { Spacing, type SpacingState } from "./spacing.ts";

/** So many images of a window that drifts are taken at least. */
const LEFT_IN_WINDOW = 20;

/** What may be judged: it is known how far apart images and predictions are independent. */
export interface Judgeable {
  readonly images: boolean;
  readonly predictions: boolean;
}

export interface ThinningState {
  readonly images: SpacingState;
  readonly predictions: PlainState;
}

/**
 * Makes windows of dependent images honest. Images are thinned (spacing.ts). Predictions are all kept, since counts, accuracy and labels are
 * of all, and enter the judgement with an effective number of n/spacing (profile/prediction-sums.ts): shares and distribution
 * functions, unlike the debiased distance, are only as noisy as fewer images, not biased.
 */
export class Thinning {
  readonly #online: OnlineAlarm;
  readonly #images = new Spacing();
  readonly #predictions: PredictionSpacing;
  #mostImages = Number.POSITIVE_INFINITY;

  constructor(reference: Reference, online: OnlineAlarm) {
    this.#online = online;
    this.#predictions = new PredictionSpacing(reference.profile);
  }

  get judgeable(): Judgeable {
    return {
      images: this.#online.independence === undefined || this.#images.known,
      predictions: this.#predictions.known,
    };
  }

  /**
   * `imagesInWindow`: of the smallest window that drifts, undefined while none does. What came since the drift began may be all alike, as from a
   * camera that hangs. Were it taken ever more rarely, the window would run empty and the alarm would end.
   */
  drifting(imagesInWindow: number | undefined): void {
    this.#mostImages =
      imagesInWindow === undefined ? Number.POSITIVE_INFINITY : Math.floor(imagesInWindow / LEFT_IN_WINDOW);
  }

  /** Of how many images the one that the online alarm just took is measured; undefined when it is left out. */
  image(): number | undefined {
    const step = this.#online.independence;
    const spacing = step ? this.#images.follow(step, this.#mostImages) : 1;
    return this.#images.takes(spacing) ? spacing : undefined;
  }

  /** So many predictions count as one. */
  prediction(outcome: Outcome): number {
    return this.#predictions.update(outcome);
  }

  toState(): ThinningState {
    return { images: this.#images.toState(), predictions: this.#predictions.toState() };
  }

  restore({ images, predictions }: ThinningState): void {
    this.#images.restore(images);
    this.#predictions.restore(predictions);
  }
}
