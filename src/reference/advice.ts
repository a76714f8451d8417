import { Calibration } from "../performance/calibration.ts";
import type { Artefact } from "./artefact.ts";
import { TESTED_LEVEL } from "./false-alarms.ts";
import type { ExpectedWindow, Verification } from "./verification.ts";

/** Fewer images of a class than this say little about it. */
const FEW_OF_A_CLASS = 50;
const FEW_IMAGES = 500;
/** An estimate that is this far off on the reference's own corrupted copies is worth a sentence. */
const LARGE_ERROR = 0.1;

/** What to do about what was found, one sentence each. */
export function adviseOn(
  artefact: Artefact,
  windows: readonly ExpectedWindow[],
  findings: Pick<Verification, "falseAlarms" | "unseenClasses" | "copies">,
): string[] {
  return [
    ...onWindows(artefact, windows),
    ...onImages(artefact),
    ...onFalseAlarms(findings),
    ...onUnseenClasses(findings),
    ...onEstimates(artefact, findings),
  ];
}

function onWindows({ restImages, basisImages }: Artefact, windows: readonly ExpectedWindow[]): string[] {
  const half = Math.floor(restImages / 2);
  const rule = `Windows of up to ${half} images keep the false-alarm rate that was asked.`;
  const large = windows.filter(({ images }) => images > half);
  if (large.length === 0) return [rule];
  const named = large.map(({ name, images }) => `${name} (up to ${count(images)} images)`).join(", ");
  const needed = 4 * Math.min(...large.map(({ images }) => images));
  return [
    `${rule} Larger here: ${named}. Their noise is mostly the reference's own, so their false alarms may be far from what was asked: give the reference ${count(needed)} images instead of ${count(basisImages + restImages)}, or shorten the window, or count it in images (\`images: ${half}\`).`,
  ];
}

function onImages({ restImages, classes, table }: Artefact): string[] {
  const advice: string[] = [];
  if (restImages < FEW_IMAGES) {
    advice.push(`${restImages} images in half C is few: with 1,000 reference images small drifts are found sooner.`);
  }
  const labelled = table.trueClasses.some((trueClass) => trueClass >= 0);
  const indexes = labelled ? table.trueClasses : table.predictedClasses;
  if (!indexes.some((index) => index >= 0)) return advice;
  const few = classes
    .map((name, index) => ({ name, images: indexes.filter((classIndex) => classIndex === index).length }))
    .filter(({ images }) => images < FEW_OF_A_CLASS);
  if (few.length > 0) {
    const shown = few.slice(0, 5).map(({ name, images }) => `"${name}" ${images}`);
    const more = few.length > 5 ? `, and ${few.length - 5} more` : "";
    advice.push(
      `Classes with fewer than ${FEW_OF_A_CLASS} images in half C are not compared on their own: ${shown.join(", ")}${more}. Add images of them.`,
    );
  }
  return advice;
}

function onFalseAlarms({ falseAlarms }: Pick<Verification, "falseAlarms">): string[] {
  return falseAlarms
    .filter(({ ratio }) => ratio > 2 * TESTED_LEVEL)
    .map(
      ({ detector, windowImages, ratio }) =>
        `${detector} cries wolf at ${windowImages} images (${(100 * ratio).toFixed(1)} %): are there near-duplicates among the images, such as frames of one video?`,
    );
}

function onUnseenClasses({ unseenClasses }: Pick<Verification, "unseenClasses">): string[] {
  const hard = unseenClasses.flatMap(({ className, smallest }) => {
    const last = smallest.findLast(({ strongestTried }) => strongestTried > 0);
    return last && last.strength === undefined ? [{ className, ...last }] : [];
  });
  if (hard.length === 0) return [];
  const shown = hard.map(
    ({ className, strongestTried, windowImages }) =>
      `"${className}" (${(100 * strongestTried).toFixed(0)} % of ${windowImages} images)`,
  );
  return [
    `New content like these classes would not be found for sure in the largest windows that could be tried: ${shown.join(", ")}. Larger windows and more reference images help, or an embedding network of your own field.`,
  ];
}

function onEstimates(artefact: Artefact, { copies }: Pick<Verification, "copies">): string[] {
  if (!artefact.calibration || Object.keys(artefact.estimators).length === 0) {
    return ["There is no accuracy estimate: it needs labels and the model's scores for the reference images."];
  }
  const advice: string[] = [];
  const error = Calibration.fromState(artefact.calibration).expectedCalibrationErrorRatio;
  const chance = chanceError(artefact);
  if (error > 2 * chance) {
    advice.push(
      `The calibrated confidence is off by ${percent(error)} on held-out images, where chance gives ${percent(chance)}: add labelled images, or see \`reference recalibrate\`.`,
    );
  }
  for (const { corruption, strength, unit, trueRatio, estimators } of copies?.estimateErrors ?? []) {
    const [first] = estimators;
    if (!first || first.absoluteErrorRatio <= LARGE_ERROR) continue;
    const where = corruption === "none" ? "intact images" : `${corruption} ${strength.toPrecision(2)} ${unit}`;
    advice.push(
      `At ${where} ${first.name} says ${percent(first.meanRatio)} where ${percent(trueRatio)} is true: trust labels there, not the estimate.`,
    );
  }
  return advice;
}

/** What ten bins give by chance alone: 0.8·√(a(1 − a)·10/n), see performance/calibration.ts. */
function chanceError({ table, accuracyRatio = 0.5 }: Artefact): number {
  const labelled = table.trueClasses.filter((trueClass) => trueClass >= 0).length;
  return 0.8 * Math.sqrt((accuracyRatio * (1 - accuracyRatio) * 10) / Math.max(1, labelled));
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

function count(images: number): string {
  return Math.round(images).toLocaleString("en");
}
