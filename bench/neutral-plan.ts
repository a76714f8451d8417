/** The neutral plan as the product sees it: references, windows and the images in them. bench/peers/plan.py says what the files hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReferenceImage, ReferenceSample } from "../src/core/features.ts";
import type { Outcome } from "../src/core/prediction.ts";
import { type Random, shuffled } from "../src/core/random.ts";
import type { FittedDetector } from "../src/drift/detector.ts";
import { DETECTORS } from "../src/drift/index.ts";
import { Profile } from "../src/profile/profile.ts";
import { type Projected, Projection } from "../src/profile/projection.ts";
import { type NumpyArray, readNumpy, rowOf } from "./npy.ts";

export interface Plan {
  readonly directory: string;
  readonly features: NumpyArray & { data: Float32Array };
  readonly probabilities: NumpyArray & { data: Float32Array };
  readonly references: readonly (readonly number[])[];
  readonly classes: readonly string[];
  /** First and last + 1 of the rows that references come from. */
  readonly pool: readonly [number, number];
}

export interface PlanReference {
  readonly profile: Profile;
  readonly projection: Projection;
  readonly detectors: readonly FittedDetector[];
  /** What was projected so far, by row. */
  readonly projected: Map<number, Projected>;
}

/**
 * The plan has no pixels, so four numbers of the embedding stand in for image statistics: one as it is, one of which 60 % of
 * all images share the least value (a clipping), one in about twenty steps (a count), and one with a long tail.
 */
export const STAND_INS = ["smooth", "clipped", "stepped", "long_tailed"] as const;

export function readPlan(directory: string): Plan {
  const features = readNumpy(join(directory, "all.npy")) as Plan["features"];
  const probabilities = readNumpy(join(directory, "proba.npy")) as Plan["probabilities"];
  const references = readNumpy(join(directory, "ref.npy"));
  const rows = JSON.parse(readFileSync(join(directory, "rows.json"), "utf8")) as Record<string, [number, number]>;
  return {
    directory,
    features,
    probabilities,
    references: Array.from({ length: references.shape[0] as number }, (_, k) => [...rowOf(references, k)]),
    classes: Array.from({ length: probabilities.shape[1] as number }, (_, k) => `class ${k}`),
    pool: rows["R"] as [number, number],
  };
}

export function imageOf(plan: Plan, row: number): ReferenceImage & { outcome: Outcome } {
  const probabilities = Float64Array.from(rowOf(plan.probabilities, row));
  const confidence = Math.max(...probabilities);
  const embedding = rowOf(plan.features, row);
  return {
    ids: [`row ${row}`],
    timeSeconds: 0,
    weight: 1,
    statistics: standIns(embedding),
    embedding,
    outcome: { classIndex: probabilities.indexOf(confidence), confidence, probabilities },
  };
}

function standIns(embedding: Float32Array): Float64Array {
  const mean = (part: number): number => {
    const numbers = embedding.subarray(64 * part, 64 * (part + 1));
    return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  };
  return Float64Array.of(mean(0), Math.max(0.5, mean(1)), Math.round(10 * mean(2)), Math.exp(4 * mean(3)));
}

/** `rows` are shuffled; their first half is the basis. */
export function fitPlanReference(plan: Plan, rows: readonly number[], random: Random): PlanReference {
  const images = shuffled(rows, random);
  const half = Math.floor(images.length / 2);
  const sample: ReferenceSample = {
    classes: plan.classes,
    statisticNames: STAND_INS,
    basis: images.slice(0, half).map((row) => imageOf(plan, row)),
    rest: images.slice(half).map((row) => imageOf(plan, row)),
  };
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(sample.rest));
  const reference = { projection, projected: new Map<number, Projected>() };
  const profile = profileOf(plan, images.slice(half), reference);
  const projected = images.slice(half).map((row) => reference.projected.get(row) as Projected);
  const context = { sample, projection, projected, profile };
  return { ...reference, profile, detectors: DETECTORS.map((detector) => detector.fit(context)) };
}

/** Records rows as live traffic is recorded. */
export function profileOf(
  plan: Plan,
  rows: Iterable<number>,
  { projection, projected }: Pick<PlanReference, "projection" | "projected">,
): Profile {
  const classCount = plan.classes.length;
  const profile = new Profile({ statistics: STAND_INS, classCount, components: projection.componentCount });
  for (const row of rows) {
    const image = imageOf(plan, row);
    const point = projected.get(row) ?? projection.project(image.embedding);
    projected.set(row, point);
    const { outcome } = image;
    profile.recordPrediction({
      id: image.ids[0] as string,
      timeSeconds: 0,
      weight: 1,
      outcome,
      calibratedConfidence: Number.NaN,
    });
    profile.recordImage(image, point, false);
  }
  return profile;
}
