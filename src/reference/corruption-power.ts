import { type Random, shuffled } from "../core/random.ts";
import type { Projection } from "../profile/projection.ts";
import type { CorruptedCopies, CorruptedSet } from "./corrupted-copies.ts";
import { findRatios, type Smallest, type Step, searchSmallest } from "./power.ts";
import { draw, growWindow, type ResamplingOptions, Trial } from "./resampling.ts";

/** How little of one corruption is found, window size by window size. */
export interface CorruptionPower {
  readonly corruption: string;
  readonly title: string;
  readonly unit: string;
  readonly smallest: readonly Smallest[];
}

/** What the estimators say of windows of corrupted copies, and what is true. */
export interface EstimateError {
  /** "none" for the intact images. */
  readonly corruption: string;
  readonly strength: number;
  readonly unit: string;
  readonly windowImages: number;
  readonly trueRatio: number;
  readonly estimators: readonly {
    readonly name: string;
    readonly meanRatio: number;
    /** Mean of |estimate − truth| over the windows. */
    readonly absoluteErrorRatio: number;
    /** Share of windows whose truth lies in the 90 % interval. */
    readonly coverageRatio: number;
  }[];
}

export interface CopyFindings {
  readonly powers: readonly CorruptionPower[];
  /** Windows of intact images, of the largest size, in which something alarms. */
  readonly intactRatio: number;
  /** Absent without labels and predictions. */
  readonly estimateErrors?: readonly EstimateError[];
}

const ESTIMATE_WINDOWS = 30;

/** Windows of the copies against a reference made anew from the other intact images. */
export function examineCopies(
  copies: CorruptedCopies,
  projection: Projection,
  options: ResamplingOptions,
): CopyFindings {
  const { names, level, random } = options;
  const sizes = options.sizes.filter((size) => size <= copies.tested.length / 2);
  const trial = new Trial(copies.fitted, projection, names, { estimate: true });
  const intact = copies.tested.map((row) => trial.reproject(row));
  const sets = copies.sets.map((set) => ({ ...set, rows: set.rows.map((row) => trial.reproject(row)) }));
  const step = ({ rows, strength }: Pick<CorruptedSet, "rows" | "strength">): Step => ({
    strength,
    mostImages: rows.length,
    drawWindow: (images) => draw(rows, images, random),
  });
  const kinds = [...new Set(sets.map(({ corruption }) => corruption))];
  const powers = kinds.map((corruption, done): CorruptionPower => {
    const steps = sets.filter((set) => set.corruption === corruption).map(step);
    const smallest = searchSmallest(trial, steps, sizes, level);
    options.onProgress(done + 1, kinds.length);
    return { corruption: corruption.name, title: corruption.title, unit: corruption.unit, smallest };
  });
  const largest = sizes.slice(-1);
  const intactRatio = findRatios(trial, step({ rows: intact, strength: 0 }), largest, level)[0]?.ratio ?? 0;
  const canEstimate = trial.estimators.length > 0 && intact.every(({ image }) => image.trueClass !== undefined);
  if (!canEstimate) return { powers, intactRatio };
  const none = { name: "none", title: "none", unit: "" };
  const all = [{ corruption: none, strength: 0, rows: intact }, ...sets];
  return {
    powers,
    intactRatio,
    estimateErrors: all.map((set) => estimateError(trial, set, sizes.at(-1) ?? 0, random)),
  };
}

function estimateError(
  trial: Trial,
  {
    corruption,
    strength,
    rows,
  }: Pick<CorruptedSet, "strength" | "rows"> & { corruption: { name: string; unit: string } },
  windowImages: number,
  random: Random,
): EstimateError {
  const sums = new Map<string, { windows: number; value: number; error: number; covered: number }>();
  let truth = 0;
  for (let window = 0; window < ESTIMATE_WINDOWS; window++) {
    const chosen = shuffled(rows, random).slice(0, windowImages);
    const right = chosen.filter(({ image }) => image.outcome?.classIndex === image.trueClass).length / windowImages;
    truth += right / ESTIMATE_WINDOWS;
    growWindow(trial, chosen, [windowImages], (profile) => {
      for (const { estimator, accuracy } of trial.estimators.flatMap((fitted) => fitted.estimate(profile) ?? [])) {
        const sum = sums.get(estimator) ?? { windows: 0, value: 0, error: 0, covered: 0 };
        sum.windows += 1;
        sum.value += accuracy.value;
        sum.error += Math.abs(accuracy.value - right);
        if (right >= (accuracy.lower ?? 0) && right <= (accuracy.upper ?? 1)) sum.covered += 1;
        sums.set(estimator, sum);
      }
    });
  }
  const estimators = [...sums].map(([name, { windows, value, error, covered }]) => ({
    name,
    meanRatio: value / windows,
    absoluteErrorRatio: error / windows,
    coverageRatio: covered / windows,
  }));
  return { corruption: corruption.name, strength, unit: corruption.unit, windowImages, trueRatio: truth, estimators };
}
