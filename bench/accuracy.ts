/**
 * Runs the product's own accuracy estimates over the neutral plan, with and without labels.
 * Usage: accuracy.js --plan DIR --out FILE [--seed N]
 * Writes FILE (method,window,estimate,lower,upper); methods that may see the labels of a rule are named method@rule.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Estimate } from "../src/core/assessment.ts";
import type { ReferenceImage, ReferenceSample } from "../src/core/features.ts";
import type { Outcome } from "../src/core/prediction.ts";
import { seededRandom, shuffled } from "../src/core/random.ts";
import { Calibration } from "../src/performance/calibration.ts";
import type { FittedEstimator } from "../src/performance/estimator.ts";
import { ESTIMATORS } from "../src/performance/index.ts";
import { correctForLabels } from "../src/performance/partial-labels.ts";
import { Profile, type ProfileShape } from "../src/profile/profile.ts";
import { type Projected, Projection } from "../src/profile/projection.ts";
import { confidenceCuts } from "../src/profile/strata.ts";
import { type NumpyArray, readNumpy, rowOf } from "./npy.ts";

interface Window {
  readonly window: number;
  readonly group: string;
  readonly ref: number;
  readonly rows: readonly number[];
  /** By rule: positions in `rows`. */
  readonly labelled: Readonly<Record<string, readonly number[]>>;
}

interface Plan {
  readonly features: NumpyArray;
  readonly probabilities: NumpyArray;
  readonly trueClasses: NumpyArray;
  readonly references: NumpyArray;
  readonly classes: readonly string[];
  readonly windows: readonly Window[];
}

type LabelledImage = ReferenceImage & { readonly outcome: Outcome; readonly trueClass: number };

interface Fitted {
  readonly projection: Projection;
  readonly calibration: Calibration;
  readonly shape: ProfileShape;
  readonly estimators: readonly FittedEstimator[];
}

function readPlan(directory: string): Plan {
  const probabilities = readNumpy(join(directory, "proba.npy"));
  return {
    features: readNumpy(join(directory, "all.npy")),
    probabilities,
    trueClasses: readNumpy(join(directory, "y.npy")),
    references: readNumpy(join(directory, "ref.npy")),
    classes: Array.from({ length: probabilities.shape[1] as number }, (_, k) => `class ${k}`),
    windows: JSON.parse(readFileSync(join(directory, "accuracy.json"), "utf8")) as Window[],
  };
}

function imageOf(plan: Plan, row: number): LabelledImage {
  const probabilities = Float64Array.from(rowOf(plan.probabilities, row));
  const confidence = Math.max(...probabilities);
  return {
    ids: [`row ${row}`],
    timeSeconds: 0,
    weight: 1,
    statistics: new Float64Array(0),
    embedding: rowOf(plan.features, row) as Float32Array,
    outcome: { classIndex: probabilities.indexOf(confidence), confidence, probabilities },
    trueClass: plan.trueClasses.data[row] as number,
  };
}

function fitReference(plan: Plan, rows: readonly number[], seed: number): Fitted {
  const images = shuffled(rows, seededRandom(seed)).map((row) => imageOf(plan, row));
  const half = Math.floor(images.length / 2);
  const rest = images.slice(half);
  const sample: ReferenceSample = { classes: plan.classes, statisticNames: [], basis: images.slice(0, half), rest };
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(rest));
  const projected = rest.map(({ embedding }) => projection.project(embedding));
  const calibration = Calibration.fit(
    rest.map(({ outcome }) => outcome.confidence),
    rest.map(({ outcome, trueClass }) => outcome.classIndex === trueClass),
  );
  const shape = {
    statistics: [],
    classCount: plan.classes.length,
    components: projection.componentCount,
    confidenceEdges: confidenceCuts(rest.map(({ outcome }) => outcome.confidence)) ?? [],
  };
  const profile = profileOf(rest, projected, calibration, shape, [...rest.keys()]);
  const context = { sample, projection, projected, profile };
  return { projection, calibration, shape, estimators: ESTIMATORS.map((estimator) => estimator.fit(context)) };
}

/** Records images as live traffic is recorded; the ones at the positions `labelled` with their labels. */
function profileOf(
  images: readonly LabelledImage[],
  projected: readonly Projected[],
  calibration: Calibration,
  shape: ProfileShape,
  labelled: readonly number[],
): Profile {
  const profile = new Profile(shape);
  const withLabel = new Set(labelled);
  for (const [position, image] of images.entries()) {
    const { outcome, trueClass, timeSeconds, weight } = image;
    const calibratedConfidence = calibration.apply(outcome.confidence);
    const prediction = { id: `${position} ${image.ids[0]}`, timeSeconds, weight, outcome, calibratedConfidence };
    profile.recordPrediction(prediction);
    profile.recordImage(image, projected[position] as Projected, false);
    if (withLabel.has(position)) profile.recordLabel(prediction, trueClass, 1);
  }
  return profile;
}

function linesOf(plan: Plan, { window, rows, labelled }: Window, reference: Fitted): string[] {
  const { projection, calibration, shape, estimators } = reference;
  const images = rows.map((row) => imageOf(plan, row));
  const projected = images.map(({ embedding }) => projection.project(embedding));
  const profile = (positions: readonly number[]): Profile =>
    profileOf(images, projected, calibration, shape, positions);
  const line = (method: string, { accuracy }: Pick<Estimate, "accuracy">): string =>
    [method, window, accuracy.value, accuracy.lower ?? "", accuracy.upper ?? ""].join(",");
  const lines: string[] = [];
  for (const estimator of estimators) {
    const estimate = estimator.estimate(profile([]));
    if (estimate) lines.push(line(estimate.estimator, estimate));
  }
  for (const [rule, positions] of Object.entries(labelled)) {
    const live = profile(positions);
    const unlabelled = estimators[0]?.estimate(live);
    const partial = unlabelled && correctForLabels(live, unlabelled);
    if (!partial) continue;
    lines.push(line(`${partial.corrected.estimator}@${rule}`, partial.corrected));
    lines.push(line(`naive@${rule}`, { accuracy: partial.naive }));
  }
  return lines;
}

function run(plan: Plan, out: string, seed: number): void {
  const lines = ["method,window,estimate,lower,upper"];
  for (let index = 0; index < (plan.references.shape[0] as number); index++) {
    const reference = fitReference(plan, [...rowOf(plan.references, index)], seed + index);
    const windows = plan.windows.filter(({ ref }) => ref === index);
    for (const window of windows) lines.push(...linesOf(plan, window, reference));
    console.log(`reference ${index}: ${windows.length} windows`);
  }
  writeFileSync(out, `${lines.join("\n")}\n`);
}

const { values } = parseArgs({
  options: { plan: { type: "string" }, out: { type: "string" }, seed: { type: "string", default: "1" } },
});
if (!values.plan || !values.out) {
  console.error("usage: accuracy --plan DIR --out FILE [--seed N]");
  process.exitCode = 1;
} else {
  run(readPlan(values.plan), values.out, Number(values.seed));
}
