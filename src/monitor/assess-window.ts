import type { DriftSignal, Realised, WindowAssessment } from "../core/assessment.ts";
import { classMix } from "../drift/class-mix.ts";
import { confidence } from "../drift/confidence.ts";
import { effectiveCount } from "../drift/detector.ts";
import { jensenShannon } from "../drift/jensen-shannon.ts";
import { kolmogorovSmirnov } from "../drift/kolmogorov-smirnov.ts";
import { populationStability } from "../drift/population-stability.ts";
import { wasserstein } from "../drift/wasserstein.ts";
import { type Explanation, explain } from "../explain/explain.ts";
import { judgeWindow, settleTrust } from "../explain/verdict.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { JudgedEstimate } from "../performance/estimator.ts";
import { correctForLabels } from "../performance/partial-labels.ts";
import { realised } from "../performance/realised.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import { type FalseAlarmBudget, levelOfLook } from "./false-alarm-budget.ts";
import { summariseClasses, summariseStatistics } from "./summaries.ts";
import type { Judgeable } from "./thinning.ts";

export interface AssessorOptions {
  readonly classes: readonly string[];
  readonly reference?: Reference;
  readonly accuracyFloorRatio?: number;
  readonly windows: readonly WindowSpec[];
  readonly budget: FalseAlarmBudget;
}

/** An image is judged unusual below this probability, so as many are expected without drift. */
const UNUSUAL_RATIO = 0.01;

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

/** Compares one window with the reference: signals, estimates, causes, verdict. */
export class WindowAssessor {
  readonly #options: AssessorOptions;
  readonly #signalCount: number;

  constructor(options: AssessorOptions) {
    this.#options = options;
    this.#signalCount = signalCount(options.reference);
  }

  assess(look: LookAt): WindowAssessment {
    const { spec, profile: window, nowSeconds } = look;
    const { classes, reference, accuracyFloorRatio } = this.#options;
    const level = this.#level(look);
    const signals = this.#signals(look, level);
    const actual = realised(window, classes);
    const { causes, newContent, estimates } = this.#explained(window, signals, actual);
    const imageCount = window.images.count;
    const predictionCount = window.predictions.count;
    const judgement = judgeWindow({
      signals,
      causes,
      newContent,
      estimates,
      imageCount,
      predictionCount,
      ...(actual && { realised: actual }),
      ...(accuracyFloorRatio !== undefined && { accuracyFloorRatio }),
    });
    return {
      window: spec.name,
      ...span(spec, window, nowSeconds),
      predictionCount,
      imageCount,
      labelCount: window.labels.count,
      ...judgement,
      signals,
      ...(signals.length > 0 && { signalLevel: level }),
      ...(reference && { referenceTooSmall: effectiveCount(window.images) > reference.profile.images.count / 2 }),
      statistics: summariseStatistics(window, reference?.profile, STATISTICS),
      classes: summariseClasses(window, reference?.profile, classes),
      driftingImages: window.images.unusualCount,
      expectedDriftingImages: UNUSUAL_RATIO * imageCount,
      ...(actual && { realised: actual }),
      estimates: estimates.map(({ estimator, accuracy, trusted }) => ({ estimator, accuracy, trusted })),
      causes,
    };
  }

  /** Of windows without images it is that of their predictions. */
  #level({ spec, profile: window, nowSeconds }: LookAt): number {
    const { windows, budget, reference } = this.#options;
    const images = effectiveCount(window.images) || effectiveCount(window.predictions);
    return levelOfLook(budget, windows.length, {
      lengthSeconds: "images" in spec ? nowSeconds - window.firstSeconds : spec.durationSeconds,
      images,
      referenceImages: reference?.profile.images.count ?? 0,
      signals: this.#signalCount,
    });
  }

  #explained(
    window: Profile,
    signals: readonly DriftSignal[],
    actual: Realised | undefined,
  ): Explanation & { estimates: JudgedEstimate[] } {
    const { classes, reference } = this.#options;
    if (!reference) return { causes: [], newContent: false, estimates: [] };
    const unlabelled = reference.estimators.flatMap((estimator) => estimator.estimate(window) ?? []);
    const corrected = unlabelled[0] && correctForLabels(window, unlabelled[0])?.corrected;
    const estimates = corrected ? [...unlabelled, corrected] : unlabelled;
    const explanation = explain({
      window,
      reference: reference.profile,
      signals,
      statistics: STATISTICS,
      classes,
      estimates,
      ...(actual && { realised: actual }),
      ...(reference.accuracyRatio !== undefined && { referenceAccuracyRatio: reference.accuracyRatio }),
    });
    return { ...explanation, estimates: settleTrust(estimates, explanation.newContent) };
  }

  #signals({ profile, judgeable }: LookAt, level: number): DriftSignal[] {
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

function span(
  spec: WindowSpec,
  window: Profile,
  nowSeconds: number,
): { readonly startSeconds: number; readonly endSeconds: number } {
  const empty = Number.isNaN(window.firstSeconds);
  if ("durationSeconds" in spec) return { startSeconds: nowSeconds - spec.durationSeconds, endSeconds: nowSeconds };
  return { startSeconds: empty ? nowSeconds : window.firstSeconds, endSeconds: nowSeconds };
}
