import type { ReferenceImage, ReferenceSample } from "../core/features.ts";
import { type Random, shuffled } from "../core/random.ts";
import type { FittedDetector } from "../drift/detector.ts";
import { DETECTORS } from "../drift/index.ts";
import type { Profile } from "../profile/profile.ts";
import { type Projected, Projection } from "../profile/projection.ts";
import type { Artefact } from "./artefact.ts";
import { profileOf } from "./build.ts";
import { projectedRows } from "./load.ts";

/** How often a detector cries wolf on windows of reference images, at 5 % asked. */
export interface FalseAlarms {
  readonly detector: string;
  readonly windowImages: number;
  /** Over all subjects and windows. */
  readonly ratio: number;
  readonly tests: number;
}

export interface Verification {
  readonly falseAlarms: readonly FalseAlarms[];
  /** Windows larger than this share their noise with the reference, so one deployment's false alarms may be far from what was asked. */
  readonly largestWindowImages: number;
  readonly advice: readonly string[];
}

const LEVEL = 0.05;
const WINDOW_SIZES = [10, 20, 50, 100, 200, 500];
const SPLITS = 10;
const WINDOWS_PER_SPLIT = 20;
/** Fewer images of a class than this say little about it. */
const FEW_OF_A_CLASS = 50;

/**
 * Resamples the reference's half C: again and again it is split in two, every detector is fitted on one part and tested with windows
 * from the other, which are undrifted by construction. The parts are half as large as the real reference, so the real one does a
 * little better than what is printed here. Takes seconds.
 */
export function verifyReference(
  artefact: Artefact,
  random: Random,
  onProgress: (done: number, total: number) => void = () => {},
): Verification {
  const images = imagesOf(artefact);
  const projection = Projection.fromState(artefact.projection);
  const sums = new Map<string, { alarms: number; tests: number }>();
  for (let split = 0; split < SPLITS; split++) {
    const order = shuffled([...images.keys()], random);
    const half = Math.floor(order.length / 2);
    const trial = fitTrial(artefact, images, order.slice(0, half), projection);
    for (const size of WINDOW_SIZES.filter((images) => images <= half / 2)) {
      for (let window = 0; window < WINDOWS_PER_SPLIT; window++) {
        const rows = shuffled(order.slice(half), random).slice(0, size);
        countAlarms(trial, trial.profileOf(rows), size, sums);
      }
    }
    onProgress(split + 1, SPLITS);
  }
  const falseAlarms: FalseAlarms[] = [...sums].map(([key, { alarms, tests }]) => {
    const [detector = "", size] = key.split(" ");
    return { detector, windowImages: Number(size), ratio: alarms / tests, tests };
  });
  return {
    falseAlarms,
    largestWindowImages: Math.floor(artefact.restImages / 2),
    advice: adviseOn(artefact, falseAlarms),
  };
}

interface Trial {
  readonly detectors: readonly (readonly [string, FittedDetector])[];
  profileOf(rows: readonly number[]): Profile;
}

interface Measured {
  readonly image: ReferenceImage;
  readonly projected: Projected;
}

function fitTrial(
  artefact: Artefact,
  images: readonly Measured[],
  rows: readonly number[],
  projection: Projection,
): Trial {
  const refitted = projection.refit(rows.map((row) => (images[row] as Measured).projected));
  const projectedOf = (row: number): Projected => refitted.reproject((images[row] as Measured).projected, projection);
  const sampleOf = (chosen: readonly number[]): ReferenceSample => ({
    classes: artefact.classes,
    statisticNames: artefact.recipe.statistics,
    basis: [],
    rest: chosen.map((row) => (images[row] as Measured).image),
  });
  const profile = (chosen: readonly number[]): Profile =>
    profileOf(sampleOf(chosen), refitted, chosen.map(projectedOf), undefined);
  const context = {
    sample: sampleOf(rows),
    projection: refitted,
    projected: rows.map(projectedOf),
    profile: profile(rows),
  };
  return { detectors: DETECTORS.map((detector) => [detector.name, detector.fit(context)]), profileOf: profile };
}

function countAlarms(
  trial: Trial,
  window: Profile,
  size: number,
  sums: Map<string, { alarms: number; tests: number }>,
): void {
  for (const [name, detector] of trial.detectors) {
    const key = `${name} ${size}`;
    const sum = sums.get(key) ?? { alarms: 0, tests: 0 };
    for (const { drifting } of detector.compare(window, LEVEL)) {
      sum.tests += 1;
      if (drifting) sum.alarms += 1;
    }
    if (sum.tests > 0) sums.set(key, sum);
  }
}

/** The rows of the table as images again, without their embeddings: these are gone, but no detector looks at them. */
function imagesOf({ table, recipe, projection }: Artefact): Measured[] {
  return projectedRows(table, Projection.fromState(projection)).map((projected, row) => {
    const classIndex = table.predictedClasses[row] as number;
    const trueClass = table.trueClasses[row] as number;
    const image: ReferenceImage = {
      ids: [String(row)],
      timeSeconds: 0,
      weight: 1,
      statistics: table.statistics.slice(row * recipe.statistics.length, (row + 1) * recipe.statistics.length),
      embedding: new Float32Array(0),
      ...(classIndex >= 0 && { outcome: { classIndex, confidence: table.confidences[row] as number } }),
      ...(trueClass >= 0 && { trueClass }),
    };
    return { image, projected };
  });
}

function adviseOn(artefact: Artefact, falseAlarms: readonly FalseAlarms[]): string[] {
  const advice: string[] = [];
  const half = Math.floor(artefact.restImages / 2);
  advice.push(
    `Windows of up to ${half} images keep the false-alarm rate that was asked. For larger ones, add reference images.`,
  );
  if (artefact.restImages < 500)
    advice.push(
      `${artefact.restImages} images in half C is few: with 1,000 reference images small drifts are found sooner.`,
    );
  for (const [index, name] of artefact.classes.entries()) {
    const count = artefact.table.trueClasses.filter((trueClass) => trueClass === index).length;
    if (count < FEW_OF_A_CLASS)
      advice.push(
        `Class "${name}" has ${count} images in half C; below ${FEW_OF_A_CLASS} it is not compared on its own.`,
      );
  }
  for (const { detector, windowImages, ratio } of falseAlarms) {
    if (ratio > 2 * LEVEL)
      advice.push(
        `${detector} cries wolf at ${windowImages} images (${(100 * ratio).toFixed(1)} %): are there near-duplicates among the images?`,
      );
  }
  if (Object.keys(artefact.estimators).length === 0)
    advice.push("There is no accuracy estimate: it needs labels and the model's scores for the reference images.");
  return advice;
}
