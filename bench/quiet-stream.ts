import type { ReferenceImage } from "../src/core/features.ts";
import { type Random, standardNormal } from "../src/core/random.ts";
import { STATISTICS } from "../src/image/statistics/index.ts";
import type { Artefact } from "../src/reference/artefact.ts";
import { buildReference } from "../src/reference/build.ts";
import { SYNTHETIC_RECIPE } from "./synthetic.ts";

export const QUIET_CLASSES: readonly string[] = ["a", "b", "c", "d", "e"];
const LATENT = 12;
const DIMENSIONS = 24;
/** Deviation of what is new in every frame, whatever the scene does: sensor noise. */
const FRAME_NOISE = 0.3;
/** The statistics that are 0 for most images, as clipping is. */
const CLIPPED_EVERY = 5;

/** What changes; all zero without a shift. */
export interface Shift {
  /** Added to the first hidden numbers of the scene. */
  readonly scene: number;
  /** Added to one image statistic alone. */
  readonly statistic: number;
}

const NO_SHIFT: Shift = { scene: 0, statistic: 0 };

/**
 * Images as numbers, without pixels. A scene is 12 hidden numbers h, each an autoregression  h ← ρ·h + √(1 − ρ²)·e  whose stationary law
 * is standard normal; statistics, embedding, class and confidence are functions of h with a little noise of each frame, so all of them
 * depend on their neighbours, and on each other as they do in real images. ρ = 0: independent images. A frame every 1/25 s
 * whose scene is forgotten in τ seconds has ρ = exp(−1/(25 τ)).
 */
export class QuietStream {
  readonly #random: Random;
  readonly #correlation: number;
  readonly #hidden: Float64Array;
  #images = 0;

  constructor(random: Random, correlation: number = 0) {
    this.#random = random;
    this.#correlation = correlation;
    this.#hidden = Float64Array.from({ length: LATENT }, () => standardNormal(random));
  }

  next(timeSeconds: number, shift: Shift = NO_SHIFT): ReferenceImage {
    const innovation = Math.sqrt(1 - this.#correlation ** 2);
    for (let i = 0; i < LATENT; i++)
      this.#hidden[i] = this.#correlation * this.#hidden[i]! + innovation * standardNormal(this.#random);
    const scene = this.#hidden.map((h, i) => h + (i < 4 ? shift.scene : 0));
    const probabilities = this.#probabilities(scene);
    const classIndex = probabilities.indexOf(Math.max(...probabilities));
    const confidence = probabilities[classIndex]!;
    const trueClass = this.#random.next() < confidence ? classIndex : (classIndex + 1) % probabilities.length;
    return {
      ids: [`quiet-${this.#images++}`],
      timeSeconds,
      weight: 1,
      statistics: Float64Array.from(STATISTICS, (_, index) => this.#statistic(scene, index, shift)),
      embedding: Float32Array.from({ length: DIMENSIONS }, (_, j) => this.#embedded(scene, j)),
      outcome: { classIndex, confidence, probabilities },
      trueClass,
    };
  }

  #statistic(scene: Float64Array, index: number, { statistic }: Shift): number {
    const level =
      scene[index % LATENT]! + 0.5 * scene[(index + 5) % LATENT]! + FRAME_NOISE * standardNormal(this.#random);
    if (index % CLIPPED_EVERY === CLIPPED_EVERY - 1) return Math.max(0, level - 0.7);
    const moved = level + (index === 0 ? statistic : 0);
    return index % 2 === 0 ? 10 + moved : Math.exp(0.4 * moved);
  }

  /** Variance falls along the axes; what frames add is small. */
  #embedded(scene: Float64Array, j: number): number {
    const other = scene[(j * 5 + 1) % LATENT]!;
    const curved = 0.4 * (other * other - 1);
    return (scene[j % LATENT]! + curved) / Math.sqrt(1 + j / 4) + FRAME_NOISE * standardNormal(this.#random);
  }

  #probabilities(scene: Float64Array): Float64Array {
    const exponents = QUIET_CLASSES.map((_, k) => Math.exp(2 * scene[k]! + scene[k + 5]! - 0.4 * k));
    const total = exponents.reduce((sum, value) => sum + value, 0);
    return Float64Array.from(exponents, (value) => value / total);
  }
}

/** A reference of `count` independent images, built by the product's own code. */
export function quietArtefact(count: number, random: Random): Artefact {
  const stream = new QuietStream(random);
  const measured = Array.from({ length: count }, (_, index) => {
    const id = `reference-${index}`;
    return { file: id, contentHash: id, image: stream.next(0) };
  });
  return buildReference(measured, {
    model: "quiet",
    recipe: SYNTHETIC_RECIPE(DIMENSIONS),
    classes: QUIET_CLASSES,
    nowSeconds: 0,
    random,
  });
}
