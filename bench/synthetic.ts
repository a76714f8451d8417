import type { ReferenceImage } from "../src/core/features.ts";
import { type Random, seededRandom, standardNormal } from "../src/core/random.ts";
import { STATISTICS } from "../src/image/statistics/index.ts";
import type { Artefact } from "../src/reference/artefact.ts";
import { buildReference } from "../src/reference/build.ts";

export interface SyntheticOptions {
  readonly classes: readonly string[];
  readonly dimensions: number;
}

export const SYNTHETIC_RECIPE = (
  dimensions: number,
): { embedderId: string; dimensions: number; statistics: string[] } => ({
  embedderId: "synthetic",
  dimensions,
  statistics: STATISTICS.map(({ name }) => name),
});

/** Images as numbers: one direction of embedding space per class, variance falling along the axes, a model that is right 9 times in 10. */
export function syntheticImage(id: string, { classes, dimensions }: SyntheticOptions, random: Random): ReferenceImage {
  const trueClass = Math.floor(random.next() * classes.length);
  const right = random.next() < 0.9;
  const classIndex = right ? trueClass : (trueClass + 1) % classes.length;
  const confidence = right ? 0.8 + 0.19 * random.next() : 0.4 + 0.4 * random.next();
  const probabilities = new Float64Array(classes.length).fill((1 - confidence) / Math.max(1, classes.length - 1));
  probabilities[classIndex] = confidence;
  const embedding = new Float32Array(dimensions);
  for (let j = 0; j < dimensions; j++) embedding[j] = standardNormal(random) / Math.sqrt(1 + j / 8);
  embedding[trueClass % dimensions]! += 2;
  return {
    ids: [id],
    timeSeconds: 0,
    weight: 1,
    statistics: Float64Array.from(STATISTICS, (_, index) => 10 * (index + 1) + standardNormal(random)),
    embedding,
    outcome: { classIndex, confidence, probabilities },
    trueClass,
  };
}

/** A reference of `count` synthetic images, built by the product's own code. */
export function syntheticArtefact(count: number, options: SyntheticOptions, seed: number): Artefact {
  const random = seededRandom(seed);
  const measured = Array.from({ length: count }, (_, index) => {
    const id = `reference-${index}`;
    return { file: id, contentHash: id, image: syntheticImage(id, options, random) };
  });
  return buildReference(measured, {
    model: "synthetic",
    recipe: SYNTHETIC_RECIPE(options.dimensions),
    classes: options.classes,
    nowSeconds: 0,
    random,
  });
}
