import type { DriftSignal } from "../core/assessment.ts";
import { classMix } from "../drift/class-mix.ts";
import { confidence } from "../drift/confidence.ts";
import { effectiveCount } from "../drift/detector.ts";
import { jensenShannon } from "../drift/jensen-shannon.ts";
import { kolmogorovSmirnov } from "../drift/kolmogorov-smirnov.ts";
import { populationStability } from "../drift/population-stability.ts";
import { wasserstein } from "../drift/wasserstein.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import { type FalseAlarmBudget, levelOfLook } from "./false-alarm-budget.ts";
import type { Judgeable } from "./thinning.ts";

/** Detectors that look at predictions; all others look at images. */
const OF_PREDICTIONS: ReadonlySet<string> = new Set([classMix.name, confidence.name]);
/**
 * Four methods ask of the same numbers, those of an image statistic, whether they have changed. One decides, Kolmogorov-Smirnov: its law depends on nothing but
 * n and m and holds far out, where the levels of the budget are (1e-6 and below). The others tell how large the change is; their laws, fitted to
 * mean and variance, give up to 20 times too many exceedances at 1e-5 for skewed statistics (docs/decisions/0006). They
 * are above their threshold without an alarm unless Kolmogorov-Smirnov has found the statistic to drift, so they spend nothing.
 */
const DESCRIBING: ReadonlySet<string> = new Set([populationStability.name, jensenShannon.name, wasserstein.name]);

export interface LookAt {
  readonly spec: WindowSpec;
  readonly profile: Profile;
  readonly nowSeconds: number;
  readonly judgeable: Judgeable;
}

export interface SignalOptions {
  readonly reference?: Reference;
  readonly windows: readonly WindowSpec[];
  readonly budget: FalseAlarmBudget;
}

/** Compares windows with the reference, each signal at the level that the budget of false alarms leaves for it. */
export class WindowSignals {
  readonly #options: SignalOptions;
  readonly #count: number;

  constructor(options: SignalOptions) {
    this.#options = options;
    this.#count = signalCount(options.reference);
  }

  /** Of windows without images it is that of their predictions. */
  levelOf({ spec, profile: window, nowSeconds }: LookAt): number {
    const images = effectiveCount(window.images) || effectiveCount(window.predictions);
    return this.level("images" in spec ? nowSeconds - window.firstSeconds : spec.durationSeconds, images);
  }

  /** Of one signal at one look at a window of so many images. */
  level(lengthSeconds: number, images: number): number {
    const { windows, budget, reference } = this.#options;
    const referenceImages = reference?.profile.images.count ?? 0;
    return levelOfLook(budget, windows.length, { lengthSeconds, images, referenceImages, signals: this.#count });
  }

  compare({ profile, judgeable }: LookAt, level: number): DriftSignal[] {
    const detectors = [...(this.#options.reference?.detectors ?? [])];
    const signals = detectors
      .filter(([name]) => (OF_PREDICTIONS.has(name) ? judgeable.predictions : judgeable.images))
      .flatMap(([, detector]) => detector.compare(profile, level));
    const found = new Set(
      signals
        .filter(({ detector, drifting }) => drifting && detector === kolmogorovSmirnov.name)
        .map(({ subject }) => subject),
    );
    return signals.map((signal) =>
      DESCRIBING.has(signal.detector) && !found.has(signal.subject) ? { ...signal, drifting: false } : signal,
    );
  }
}

/** Deciding signals that a full window gives: the budget is divided by it (Bonferroni; they hang together, so a little less is spent). */
function signalCount(reference: Reference | undefined): number {
  if (!reference) return 1;
  const detectors = [...reference.detectors].filter(([name]) => !DESCRIBING.has(name));
  return Math.max(1, detectors.flatMap(([, detector]) => detector.compare(reference.profile, 0.05)).length);
}
