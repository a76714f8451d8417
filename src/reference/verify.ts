import { seededRandom } from "../core/random.ts";
import { Projection } from "../profile/projection.ts";
import { adviseOn } from "./advice.ts";
import type { Artefact } from "./artefact.ts";
import type { CorruptedCopies } from "./corrupted-copies.ts";
import { examineCopies } from "./corruption-power.ts";
import { countFalseAlarms } from "./false-alarms.ts";
import { type ResamplingOptions, rowsOf } from "./resampling.ts";
import { findUnseenClasses } from "./unseen-class.ts";
import type { ExpectedWindow, Verification } from "./verification.ts";

export interface VerifyOptions {
  readonly seed: number;
  readonly windows: readonly ExpectedWindow[];
  /** Probability of a false alarm that one signal of one look may have, as configured. */
  readonly level: number;
  readonly copies?: CorruptedCopies;
  onProgress?(stage: string, done: number, total: number): void;
}

const LADDER = [10, 20, 50, 100, 200, 500];

/**
 * Resamples the reference: how often each detector cries wolf, and how little is found at the configured level. Seeded: the same options give
 * the same result. Takes seconds, with copies some more.
 */
export function verifyReference(artefact: Artefact, options: VerifyOptions): Verification {
  const rows = rowsOf(artefact);
  const projection = Projection.fromState(artefact.projection);
  const sizes = windowSizes(rows.length, options.windows);
  const stage = (name: string, number: number): ResamplingOptions => ({
    names: { classes: artefact.classes, statistics: artefact.recipe.statistics },
    sizes,
    level: options.level,
    // Each stage has its own chance, so that leaving one out does not change the others.
    random: seededRandom(options.seed + number * 2 ** 32),
    onProgress: (done, total) => options.onProgress?.(name, done, total),
  });
  const { falseAlarms, configuredAlarms } = countFalseAlarms(rows, projection, stage("false alarms", 1));
  const unseenClasses = findUnseenClasses(rows, projection, stage("unseen classes", 2));
  const copies = options.copies && examineCopies(options.copies, projection, stage("corruptions", 3));
  const findings = { falseAlarms, unseenClasses, ...(copies && { copies }) };
  return {
    ...findings,
    configuredAlarms,
    largestWindowImages: Math.floor(artefact.restImages / 2),
    advice: adviseOn(artefact, options.windows, findings),
  };
}

/** Sizes at which windows are drawn: up to a quarter of the rows, so that two draws from one half differ. */
export function windowSizes(rows: number, windows: readonly ExpectedWindow[]): number[] {
  const wanted = [...LADDER, ...windows.map(({ images }) => images)];
  const largest = Math.floor(rows / 4);
  return [...new Set(wanted.filter((images) => images >= LADDER[0]! && images <= largest))].sort((a, b) => a - b);
}
