import type { DriftSignal } from "../core/assessment.ts";
import type { Profile } from "../profile/profile.ts";
import type { Detector, FittedDetector } from "./detector.ts";
import { DETECTORS } from "./index.ts";

/** Fitted detectors by name. */
export type FittedDetectors = ReadonlyMap<string, FittedDetector>;

const BY_NAME: ReadonlyMap<string, Detector> = new Map(DETECTORS.map((detector) => [detector.name, detector]));

/**
 * Every signal of a window that says enough about its images, its predictions or both. What decides whether something drifted is here alone, so
 * that a reference is verified by the rule that production follows.
 *
 * Four methods ask of the same numbers, those of an image statistic, whether they have changed. One decides, Kolmogorov-Smirnov: its law depends on nothing but
 * n and m and holds far out, where the levels of the budget are (1e-6 and below). The others tell how large the change is; their laws, fitted to
 * mean and variance, give up to 20 times too many exceedances at 1e-5 for skewed statistics (docs/decisions/0006). They
 * are above their threshold without an alarm unless Kolmogorov-Smirnov has found the statistic to drift, so they spend nothing.
 */
export function compareWindow(
  detectors: FittedDetectors,
  window: Profile,
  level: number,
  judgeable: { readonly images: boolean; readonly predictions: boolean } = { images: true, predictions: true },
): DriftSignal[] {
  const signals = [...detectors]
    .filter(([name]) => judgeable[BY_NAME.get(name)?.looksAt ?? "images"])
    .flatMap(([, detector]) => detector.compare(window, level));
  const found = new Set(signals.filter(({ drifting }) => drifting).map(nameOf));
  return signals.map((signal) => {
    const decider = BY_NAME.get(signal.detector)?.decidedBy;
    const stands = decider === undefined || found.has(nameOf({ ...signal, detector: decider }));
    return stands ? signal : { ...signal, drifting: false };
  });
}

/** False for a detector that only describes what another one finds. */
export function decides(name: string): boolean {
  return BY_NAME.get(name)?.decidedBy === undefined;
}

/** Signals of a window that can raise an alarm; the budget is divided by them (Bonferroni; they hang together, so a little less is spent). */
export function countDeciding(detectors: FittedDetectors, window: Profile): number {
  return [...detectors].filter(([name]) => decides(name)).flatMap(([, detector]) => detector.compare(window, 0.05))
    .length;
}

function nameOf({ detector, subject }: Pick<DriftSignal, "detector" | "subject">): string {
  return `${detector} ${subject}`;
}
