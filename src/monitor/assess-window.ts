import type { DriftSignal, Estimate, WindowAssessment } from "../core/assessment.ts";
import { explain } from "../explain/explain.ts";
import { decideVerdict } from "../explain/verdict.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import { realised } from "../performance/realised.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import { type FalseAlarmBudget, levelOfOneLook } from "./false-alarm-budget.ts";
import { summariseClasses, summariseStatistics } from "./summaries.ts";

export interface AssessorOptions {
  readonly classes: readonly string[];
  readonly reference?: Reference;
  readonly accuracyFloorRatio?: number;
  readonly windows: readonly WindowSpec[];
  readonly budget: FalseAlarmBudget;
}

/** An image is judged unusual below this probability, so as many are expected without drift. */
const UNUSUAL_RATIO = 0.01;

/** Compares one window with the reference: signals, estimates, causes, verdict. */
export class WindowAssessor {
  readonly #options: AssessorOptions;
  /** Probability of a false alarm that one signal of one look may have. */
  readonly #level: number;

  constructor(options: AssessorOptions) {
    this.#options = options;
    this.#level = levelOfOneLook(options.windows, options.budget) / signalCount(options.reference);
  }

  assess(spec: WindowSpec, window: Profile, nowSeconds: number): WindowAssessment {
    const { classes, reference, accuracyFloorRatio } = this.#options;
    const signals = this.#signals(window);
    const estimates = this.#estimates(window);
    const actual = realised(window, classes);
    const statistics = summariseStatistics(window, reference?.profile, STATISTICS);
    const context = { window, reference: reference?.profile, signals, estimates, statistics: STATISTICS, classes };
    const causes = reference ? explain({ ...context, reference: reference.profile }) : [];
    const judged = decideVerdict({ ...context, realised: actual, accuracyFloorRatio, causes });
    return {
      window: spec.name,
      ...span(spec, window, nowSeconds),
      predictionCount: window.predictions.count,
      imageCount: window.images.count,
      labelCount: window.labels.count,
      ...judged,
      signals,
      statistics,
      classes: summariseClasses(window, reference?.profile, classes),
      driftingImages: window.images.unusualCount,
      expectedDriftingImages: UNUSUAL_RATIO * window.images.count,
      ...(actual && { realised: actual }),
      causes,
    };
  }

  #signals(window: Profile): DriftSignal[] {
    const detectors = [...(this.#options.reference?.detectors.values() ?? [])];
    return detectors.flatMap((detector) => detector.compare(window, this.#level));
  }

  #estimates(window: Profile): Estimate[] {
    const estimators = this.#options.reference?.estimators ?? [];
    return estimators.map((estimator) => estimator.estimate(window)).filter((estimate) => estimate !== undefined);
  }
}

/** Signals that a full window gives: the budget is divided by it (Bonferroni; the signals hang together, so less is spent). */
function signalCount(reference: Reference | undefined): number {
  if (!reference) return 1;
  const signals = [...reference.detectors.values()].flatMap((detector) => detector.compare(reference.profile, 0.05));
  return Math.max(1, signals.length);
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
