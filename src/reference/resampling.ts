import type { DriftSignal } from "../core/assessment.ts";
import type { ReferenceImage, ReferenceSample } from "../core/features.ts";
import { type Random, shuffled } from "../core/random.ts";
import { compareWindow, type FittedDetectors } from "../drift/compare.ts";
import { DETECTORS } from "../drift/index.ts";
import type { Calibration } from "../performance/calibration.ts";
import type { FittedEstimator } from "../performance/estimator.ts";
import { ESTIMATORS } from "../performance/index.ts";
import { Profile } from "../profile/profile.ts";
import { Projection } from "../profile/projection.ts";
import type { Artefact } from "./artefact.ts";
import { fitCalibration } from "./build.ts";
import { projectedRows } from "./load.ts";
import { type ProfileNames, type ReferenceRow, recordRow, recordRows } from "./rows.ts";

/** What is resampled, and how strictly it is tested. */
export interface ResamplingOptions {
  readonly names: ProfileNames;
  /** Images in a window, ascending. */
  readonly sizes: readonly number[];
  /** Probability of a false alarm that one signal of one look may have. */
  readonly level: number;
  readonly random: Random;
  onProgress(done: number, total: number): void;
}

/**
 * A reference made of some rows, to be tested with windows of others. Directions of the embedding stay those of the artefact; scales, cuts,
 * thresholds and calibration are made anew from the rows that are given.
 */
export class Trial {
  readonly detectors: FittedDetectors;
  /** In the order of ESTIMATORS; empty without enough labelled predictions. */
  readonly estimators: readonly FittedEstimator[];
  readonly #names: ProfileNames;
  readonly #from: Projection;
  readonly #projection: Projection;
  readonly #calibration: Calibration | undefined;

  /** `rows` are projected by `from`. */
  constructor(
    rows: readonly ReferenceRow[],
    from: Projection,
    names: ProfileNames,
    options: { readonly estimate: boolean },
  ) {
    this.#names = names;
    this.#from = from;
    this.#projection = from.refit(rows.map(({ projected }) => projected));
    const images = rows.map(({ image }) => image);
    this.#calibration = options.estimate ? fitCalibration(images) : undefined;
    const own = rows.map((row) => this.reproject(row));
    const sample: ReferenceSample = {
      classes: names.classes,
      statisticNames: names.statistics,
      basis: [],
      rest: images,
    };
    const context = {
      sample,
      projection: this.#projection,
      projected: own.map(({ projected }) => projected),
      profile: recordRows(own, names, this.#calibration),
    };
    this.detectors = new Map(DETECTORS.map((detector) => [detector.name, detector.fit(context)]));
    this.estimators = this.#calibration ? ESTIMATORS.map((estimator) => estimator.fit(context)) : [];
  }

  compare(window: Profile, level: number): DriftSignal[] {
    return compareWindow(this.detectors, window, level);
  }

  /** The row under this trial's projection: what `record` takes. */
  reproject({ image, projected }: ReferenceRow): ReferenceRow {
    return { image, projected: this.#projection.reproject(projected, this.#from) };
  }

  emptyWindow(): Profile {
    const { classes, statistics } = this.#names;
    return new Profile({ statistics, classCount: classes.length, components: this.#projection.componentCount });
  }

  record(window: Profile, row: ReferenceRow): void {
    recordRow(window, row, this.#calibration);
  }
}

/** Looks at one window as it grows: `look` is called whenever it holds one of the `sizes` (ascending). */
export function growWindow(
  trial: Trial,
  rows: readonly ReferenceRow[],
  sizes: readonly number[],
  look: (window: Profile, size: number) => void,
): void {
  const window = trial.emptyWindow();
  let recorded = 0;
  for (const size of sizes) {
    for (; recorded < size; recorded++) trial.record(window, rows[recorded] as ReferenceRow);
    look(window, size);
  }
}

/** `count` of the rows, none twice. */
export function draw<T>(rows: readonly T[], count: number, random: Random): T[] {
  return shuffled(rows, random).slice(0, count);
}

/** The rows of the table as images again, without their embeddings: these are gone, but no detector looks at them. */
export function rowsOf({ table, recipe, projection }: Artefact): ReferenceRow[] {
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
