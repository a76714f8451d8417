import type { ReferenceImage, ReferenceSample } from "../../../src/core/features.ts";
import type { Outcome } from "../../../src/core/prediction.ts";
import { type Random, standardNormal } from "../../../src/core/random.ts";
import type { FitContext } from "../../../src/drift/detector.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { type Projected, Projection } from "../../../src/profile/projection.ts";

export const CLASSES: readonly string[] = ["cloudy", "desert", "green_area", "water"];
export const STATISTICS: readonly string[] = ["brightness", "sharpness", "clipping"];
const DIMENSIONS = 16;

export interface Image extends ReferenceImage {
  readonly outcome: Outcome;
  /** What no component explains: takes the place of the many dimensions that would be needed for it. */
  readonly residual: number;
}

/** How far images are from the reference's; 0 is no drift. */
export interface Shift {
  readonly embedding?: number;
  readonly statistics?: number;
  readonly classes?: number;
  readonly confidence?: number;
}

/**
 * An image with what makes life hard for thresholds: embedding directions of falling variance and skewed tails, a
 * statistic with a heavy tail, one that is exactly 0 for six images in ten, a confidence that is exactly 1 for two in
 * ten.
 */
export function simulateImage(random: Random, shift: Shift = {}): Image {
  const { embedding: moved = 0, statistics = 0, classes = 0, confidence: unsure = 0 } = shift;
  const classIndex = Math.min(3, Math.floor((random.next() ** (1 + classes) * 10) / 3));
  const embedding = Float32Array.from({ length: DIMENSIONS }, (_, j) => {
    const common = standardNormal(random);
    return (common + 0.3 * common ** 2 + moved + (j === classIndex ? 2 : 0)) / (1 + j / 3);
  });
  const confidence = random.next() < 0.2 * (1 - unsure) ? 1 : 0.4 + 0.6 * random.next() ** (0.5 + 4 * unsure);
  const probabilities = Float64Array.from(CLASSES, (_, k) => (k === classIndex ? confidence : (1 - confidence) / 3));
  return {
    ids: [`image ${random.next()}`],
    timeSeconds: 0,
    weight: 1,
    statistics: Float64Array.of(
      standardNormal(random) * 40 + 120 + statistics * 40,
      Math.exp(standardNormal(random) + 3 + statistics),
      random.next() < 0.6 * (1 - Math.min(1, statistics)) ? 0 : random.next() ** 2,
    ),
    embedding,
    outcome: { classIndex, confidence, probabilities },
    trueClass: classIndex,
    residual: Math.exp(0.3 * standardNormal(random)) * (1 + moved),
  };
}

export function simulateImages(count: number, random: Random, shift: Shift = {}): Image[] {
  return Array.from({ length: count }, () => simulateImage(random, shift));
}

/** The first half of the images gives the directions, the rest everything else. */
export function fitContext(images: readonly Image[], classes: readonly string[] = CLASSES): FitContext {
  const half = images.length / 2;
  const rest = images.slice(half);
  const sample: ReferenceSample = { classes, statisticNames: STATISTICS, basis: images.slice(0, half), rest };
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(sample.rest));
  const projected = rest.map((image) => project(image, projection));
  const profile = profileOf(rest, projection, classes.length);
  return { sample, projection, projected, profile };
}

export function project(image: Image, projection: Projection): Projected {
  return { ...projection.project(image.embedding), reconstructionError: image.residual };
}

export function profileOf(
  images: readonly Image[],
  projection: Projection,
  classCount: number = CLASSES.length,
): Profile {
  const profile = new Profile({ statistics: STATISTICS, classCount, components: projection.componentCount });
  for (const image of images) {
    const { weight, outcome } = image;
    const id = image.ids[0] as string;
    profile.recordPrediction({ id, timeSeconds: 0, weight, outcome, calibratedConfidence: Number.NaN });
    profile.recordImage(image, project(image, projection), false);
  }
  return profile;
}
