import type { DriftSignal } from "../core/assessment.ts";
import { decides } from "../drift/compare.ts";
import { growWindow, type Trial } from "./resampling.ts";
import type { ReferenceRow } from "./rows.ts";

/** What is wanted: nine windows in ten are found. */
const POWER = 0.9;
const WINDOWS = 40;
/** A size of which so many windows were looked at in vain is given up at this strength. */
const VAIN_WINDOWS = 10;

/** How much must change before it is found in a window of so many images. */
export interface Smallest {
  readonly windowImages: number;
  /** Smallest strength found in nine windows of ten; absent when even the strongest that was tried is not. */
  readonly strength?: number;
  /** True: already the weakest that was tried is found, so less may be. */
  readonly atMost: boolean;
  /** 0 when there were too few images to try any. */
  readonly strongestTried: number;
  /** The deciding signal that most often had the smallest p-value there, as "detector subject". */
  readonly foundBy?: string;
}

/** One strength at which windows can be drawn. */
export interface Step {
  readonly strength: number;
  /** Rows of a window in random order, so that its beginning is a smaller window. */
  drawWindow(images: number): readonly ReferenceRow[];
  /** Largest window that there are images for. */
  readonly mostImages: number;
}

/** Share of windows in which something was found. */
export interface Found {
  readonly strength: number;
  readonly ratio: number;
  readonly foundBy?: string;
}

/**
 * Tries ascending strengths until each window size is found nine times in ten at the probability `level` of a false alarm per signal. That more is
 * found of more is taken for granted.
 */
export function searchSmallest(
  trial: Trial,
  steps: readonly Step[],
  sizes: readonly number[],
  level: number,
): Smallest[] {
  const tried = new Map<number, Found[]>(sizes.map((size) => [size, []]));
  for (const step of steps) {
    const open = sizes.filter((size) => size <= step.mostImages && (tried.get(size)?.at(-1)?.ratio ?? 0) < POWER);
    const ratios = findRatios(trial, step, open, level);
    for (const [place, size] of open.entries()) tried.get(size)?.push(ratios[place]!);
  }
  return sizes.map((size) => smallestOf(tried.get(size)!, size));
}

/** Share of windows of each size (ascending) in which some signal drifts. */
export function findRatios(trial: Trial, step: Step, sizes: readonly number[], level: number): Found[] {
  const { strength } = step;
  const names = new Map<number, string[]>(sizes.map((size) => [size, []]));
  for (let window = 0; window < WINDOWS; window++) {
    const open = sizes.filter((size) => window < VAIN_WINDOWS || names.get(size)!.length > 0);
    if (open.length === 0) break;
    growWindow(trial, step.drawWindow(open.at(-1)!), open, (profile, size) => {
      const drifting = trial.compare(profile, level).filter((signal) => signal.drifting && decides(signal.detector));
      if (drifting.length > 0) names.get(size)!.push(nameOf(drifting));
    });
  }
  return sizes.map((size) => {
    const found = names.get(size)!;
    const foundBy = mostFrequent(found);
    return { strength, ratio: found.length / WINDOWS, ...(foundBy !== undefined && { foundBy }) };
  });
}

/**
 * The strength that is found nine times in ten: linear in the logarithm of the strength between the last that is not and the first that is.
 * Worked number: 0.5 at strength 4 and 1 at strength 8: 4·2^0.8 = 6.96.
 */
export function smallestOf(tried: readonly Found[], windowImages: number): Smallest {
  const strongestTried = tried.at(-1)?.strength ?? 0;
  const step = tried.findIndex(({ ratio }) => ratio >= POWER);
  if (step < 0) return { windowImages, atMost: false, strongestTried };
  const { strength: high, ratio, foundBy } = tried[step]!;
  const known = { windowImages, strongestTried, ...(foundBy !== undefined && { foundBy }) };
  const below = tried[step - 1];
  if (!below) return { ...known, strength: high, atMost: true };
  const share = (POWER - below.ratio) / (ratio - below.ratio);
  return { ...known, strength: below.strength * (high / below.strength) ** share, atMost: false };
}

function nameOf(drifting: readonly DriftSignal[]): string {
  const { detector, subject } = drifting.reduce((best, signal) => (signal.pValue < best.pValue ? signal : best));
  return `${detector} ${subject}`;
}

function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
