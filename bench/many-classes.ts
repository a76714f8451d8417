/** A model of K classes as numbers, for K up to thousands. */
import type { ReferenceImage } from "../src/core/features.ts";
import type { Outcome } from "../src/core/prediction.ts";
import { type Random, seededRandom, standardNormal } from "../src/core/random.ts";
import { resolveOutcome } from "../src/intake/outcome.ts";

/** Directions in which the classes lie; further dimensions would be noise. */
export const DIMENSIONS = 64;
/** Spread of the class centres in units of the noise: about 0.7 right at K = 1,000. */
const SPREAD = 0.5;
/** How much too sure the model is: its logits are the true ones times this. */
const OVER_SURE = 1.5;

export type ClassifiedImage = ReferenceImage & { readonly outcome: Outcome; readonly trueClass: number };

export interface Kind {
  /** Noise added to every embedding. */
  readonly noise?: number;
  /** True classes are drawn from this share of the list only. */
  readonly classRatio?: number;
}

/**
 * Classes are round normal clouds about random centres, and the model answers with their posterior, over-sure. With `top` it names only its
 * best scores, as most servers of many classes do.
 */
export class ManyClasses {
  readonly classes: readonly string[];
  readonly #centres: readonly Float64Array[];
  readonly #offsets: Float64Array;
  readonly #top: number | undefined;

  constructor(classCount: number, top?: number) {
    const random = seededRandom(classCount);
    this.classes = Array.from({ length: classCount }, (_, k) => `class ${k}`);
    this.#centres = this.classes.map(() =>
      Float64Array.from({ length: DIMENSIONS }, () => SPREAD * standardNormal(random)),
    );
    this.#offsets = Float64Array.from(this.#centres, (centre) => centre.reduce((sum, c) => sum + c * c, 0) / 2);
    this.#top = top;
  }

  /** Every class in turn, so that a reference of at least K images has seen each. */
  reference(count: number, random: Random): ClassifiedImage[] {
    return Array.from({ length: count }, (_, index) => this.#image(index % this.classes.length, random, 0));
  }

  window(count: number, random: Random, { noise = 0, classRatio = 1 }: Kind = {}): ClassifiedImage[] {
    return Array.from({ length: count }, () =>
      this.#image(Math.floor(random.next() * classRatio * this.classes.length), random, noise),
    );
  }

  #image(trueClass: number, random: Random, noise: number): ClassifiedImage {
    const embedding = Float32Array.from(
      this.#centres[trueClass]!,
      (centre) => centre + standardNormal(random) + noise * standardNormal(random),
    );
    return {
      ids: [`image ${random.next()}`],
      timeSeconds: 0,
      weight: 1,
      statistics: new Float64Array(0),
      embedding,
      outcome: this.#answer(embedding),
      trueClass,
    };
  }

  #answer(embedding: Float32Array): Outcome {
    const scores = Float64Array.from(this.#centres, (centre, k) => {
      let logit = -this.#offsets[k]!;
      for (let j = 0; j < DIMENSIONS; j++) logit += centre[j]! * embedding[j]!;
      return OVER_SURE * logit;
    });
    const dense = resolveOutcome({ kind: "scores", scores }, this.classes, "softmax");
    if (!("outcome" in dense)) throw new RangeError(dense.reason);
    return this.#top === undefined ? dense.outcome : this.#named(dense.outcome, this.#top);
  }

  #named({ probabilities }: Outcome, top: number): Outcome {
    const ranked = Array.from(probabilities!, (score, k) => ({ label: this.classes[k]!, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, top);
    const sparse = resolveOutcome({ kind: "ranked", ranked, complete: false }, this.classes, "none");
    if (!("outcome" in sparse)) throw new RangeError(sparse.reason);
    return sparse.outcome;
  }
}
