import { shuffled } from "../core/random.ts";
import type { Projection } from "../profile/projection.ts";
import { draw, growWindow, type ResamplingOptions, Trial } from "./resampling.ts";
import type { ReferenceRow } from "./rows.ts";

/** How often a detector cries wolf on windows of reference images, at 5 % asked. */
export interface FalseAlarms {
  readonly detector: string;
  readonly windowImages: number;
  /** Over all subjects and windows. */
  readonly ratio: number;
  readonly tests: number;
}

/** How often anything at all alarms at the level that the configuration leaves for one signal. */
export interface ConfiguredAlarms {
  readonly windowImages: number;
  readonly alarms: number;
  readonly windows: number;
}

/** False-alarm rate at which the detectors are tested: at the configured one nothing would be seen in so few windows. */
export const TESTED_LEVEL = 0.05;
const SPLITS = 10;
const WINDOWS_PER_SPLIT = 20;

/**
 * Again and again the rows are split in two, every detector is fitted on one part and tested with windows from the other, which are undrifted by
 * construction. The parts are half as large as the reference, so the reference itself does a little better.
 */
export function countFalseAlarms(
  rows: readonly ReferenceRow[],
  projection: Projection,
  options: ResamplingOptions,
): { readonly falseAlarms: readonly FalseAlarms[]; readonly configuredAlarms: readonly ConfiguredAlarms[] } {
  const { names, sizes, random } = options;
  const tally = new Tally();
  for (let split = 0; split < SPLITS; split++) {
    const order = shuffled(rows, random);
    const half = Math.floor(order.length / 2);
    const trial = new Trial(order.slice(0, half), projection, names, { estimate: false });
    const rest = order.slice(half).map((row) => trial.reproject(row));
    for (let window = 0; window < WINDOWS_PER_SPLIT; window++) {
      growWindow(trial, draw(rest, sizes.at(-1) ?? 0, random), sizes, (profile, size) => {
        for (const [detector, fitted] of trial.detectors) {
          const pValues = fitted.compare(profile, TESTED_LEVEL).map(({ pValue }) => pValue);
          tally.add(detector, size, pValues);
        }
        const alarmed = trial.compare(profile, options.level).some(({ drifting }) => drifting);
        tally.addWindow(size, alarmed);
      });
    }
    options.onProgress(split + 1, SPLITS);
  }
  return tally.result();
}

class Tally {
  readonly #perDetector = new Map<string, { detector: string; windowImages: number; alarms: number; tests: number }>();
  readonly #windows = new Map<number, { windowImages: number; alarms: number; windows: number }>();

  add(detector: string, windowImages: number, pValues: readonly number[]): void {
    if (pValues.length === 0) return;
    const key = `${detector} ${windowImages}`;
    const sum = this.#perDetector.get(key) ?? { detector, windowImages, alarms: 0, tests: 0 };
    sum.tests += pValues.length;
    sum.alarms += pValues.filter((pValue) => pValue < TESTED_LEVEL).length;
    this.#perDetector.set(key, sum);
  }

  addWindow(windowImages: number, alarmed: boolean): void {
    const sum = this.#windows.get(windowImages) ?? { windowImages, alarms: 0, windows: 0 };
    sum.windows += 1;
    if (alarmed) sum.alarms += 1;
    this.#windows.set(windowImages, sum);
  }

  result(): { falseAlarms: FalseAlarms[]; configuredAlarms: ConfiguredAlarms[] } {
    const falseAlarms = [...this.#perDetector.values()].map(({ detector, windowImages, alarms, tests }) => ({
      detector,
      windowImages,
      ratio: alarms / tests,
      tests,
    }));
    return { falseAlarms, configuredAlarms: [...this.#windows.values()] };
  }
}
