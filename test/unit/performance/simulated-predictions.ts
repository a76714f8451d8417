import type { ReferenceImage, ReferenceSample } from "../../../src/core/features.ts";
import type { Outcome } from "../../../src/core/prediction.ts";
import { type Random, standardNormal } from "../../../src/core/random.ts";
import { Calibration } from "../../../src/performance/calibration.ts";
import type { PerformanceFitContext } from "../../../src/performance/estimator.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { Projection } from "../../../src/profile/projection.ts";

export const CLASSES: readonly string[] = ["cloudy", "desert", "green_area", "water"];
const DIMENSIONS = 24;
/** How far the embedding of a class lies from the others; the harder classes lie closer. */
const SEPARATION = [4, 1.2, 2, 2.6];
const SHARES = [0.25, 0.25, 0.25, 0.25];

export interface Image extends ReferenceImage {
  readonly outcome: Outcome;
  readonly trueClass: number;
}

export interface Kind {
  /** Shares of the true classes. */
  readonly shares?: readonly number[];
  /** Noise added to every embedding: the model gets worse, as under a real fault. */
  readonly noise?: number;
}

/** Classes are normal clouds, and the model answers with their exact posterior (over-sure by a factor of 2): accuracy about 0.75. */
export function simulateImage(random: Random, { shares = SHARES, noise = 0 }: Kind = {}): Image {
  const trueClass = draw(random, shares);
  const embedding = Float32Array.from(
    { length: DIMENSIONS },
    (_, j) => standardNormal(random) + noise * standardNormal(random) + (j === trueClass ? SEPARATION[j]! : 0),
  );
  const logits = SEPARATION.map((separation, k) => 2 * (separation * embedding[k]! - separation ** 2 / 2));
  const top = Math.max(...logits);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const probabilities = powers.map((power) => power / total);
  const confidence = Math.max(...probabilities);
  return {
    ids: [`image ${random.next()}`],
    timeSeconds: 0,
    weight: 1,
    statistics: new Float64Array(0),
    embedding,
    outcome: { classIndex: probabilities.indexOf(confidence), confidence, probabilities },
    trueClass,
  };
}

export function simulateImages(count: number, random: Random, kind: Kind = {}): Image[] {
  return Array.from({ length: count }, () => simulateImage(random, kind));
}

export function accuracyOf(images: readonly Image[]): number {
  return images.filter(({ outcome, trueClass }) => outcome.classIndex === trueClass).length / images.length;
}

export interface Setup {
  readonly context: PerformanceFitContext;
  readonly calibration: Calibration;
}

/** A reference as the product builds it: first half directions, second half all else. */
export function setUp(images: readonly Image[], classes: readonly string[] = CLASSES): Setup {
  const half = images.length / 2;
  const rest = images.slice(half);
  const sample: ReferenceSample = { classes, statisticNames: [], basis: images.slice(0, half), rest };
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(rest));
  const calibration = Calibration.fit(
    rest.map(({ outcome }) => outcome.confidence),
    rest.map(({ outcome, trueClass }) => outcome.classIndex === trueClass),
  );
  const projected = rest.map(({ embedding }) => projection.project(embedding));
  const profile = profileOf(rest, { projection, calibration }, rest);
  return { context: { sample, projection, projected, profile }, calibration };
}

/** Records images as live traffic is recorded; those in `labelled` with their labels. */
export function profileOf(
  images: readonly Image[],
  { projection, calibration }: { readonly projection: Projection; readonly calibration: Calibration },
  labelled: readonly Image[] = [],
  classCount: number = CLASSES.length,
): Profile {
  const profile = new Profile({ statistics: [], classCount, components: projection.componentCount });
  const withLabel = new Set(labelled);
  for (const image of images) {
    const { ids, timeSeconds, weight, outcome } = image;
    const prediction = {
      id: ids[0] as string,
      timeSeconds,
      weight,
      outcome,
      calibratedConfidence: calibration.apply(outcome.confidence),
    };
    profile.recordPrediction(prediction);
    profile.recordImage(image, projection.project(image.embedding), false);
    if (withLabel.has(image)) profile.recordLabel(prediction, image.trueClass, 1);
  }
  return profile;
}

function draw(random: Random, shares: readonly number[]): number {
  let left = random.next();
  for (const [index, share] of shares.entries()) {
    if (left < share) return index;
    left -= share;
  }
  return shares.length - 1;
}
