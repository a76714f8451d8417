import type { IndependenceStep } from "../drift/online-step.ts";

export interface SpacingState {
  readonly images?: number;
  readonly known: boolean;
  readonly since: number;
}

/**
 * Of a stream of dependent images (video), which ones a window measures: those that lie far enough apart to be independent.
 *
 * Everything that judges a window (the debiased distance, Kolmogorov-Smirnov, chi-square) takes its n images for independent. Of n frames that
 * are alike over s of them only n/s are, so that a variance is s times what it is taken for. Images are therefore thinned before
 * they are summed, and not summed with a smaller n: the debiased distance takes out each image's product with itself and would keep its
 * products with neighbours. An image that is measured stands for the ones left out, by its weight.
 *
 * While the step is unknown, images are taken so far apart as is known to be needed, and nothing is judged by them: `known` is
 * false. It takes 56 images when they are independent, and about 60 steps of a video. A picture that stands still is judged as it comes.
 */
export class Spacing {
  #images: number | undefined;
  #known = false;
  #since = 0;

  /** Something can be judged. */
  get known(): boolean {
    return this.#known;
  }

  /** In images; at least 1, at most `most`. Called after each image that the step was updated with. */
  follow(step: IndependenceStep, most: number = Number.POSITIVE_INFINITY): number {
    const { images: measured, settled } = step.spacing(this.#images);
    const images = Math.max(1, Math.min(measured, most));
    this.#images = images;
    this.#known ||= settled;
    return images;
  }

  /** Whether the image that just came is to be measured, when one in `spacing` is. */
  takes(spacing: number): boolean {
    const takes = this.#since === 0 || this.#since >= spacing;
    this.#since = takes ? 1 : this.#since + 1;
    return takes;
  }

  toState(): SpacingState {
    return { since: this.#since, known: this.#known, ...(this.#images !== undefined && { images: this.#images }) };
  }

  restore({ images, known, since }: SpacingState): void {
    this.#images = images;
    this.#known = known;
    this.#since = since;
  }
}
