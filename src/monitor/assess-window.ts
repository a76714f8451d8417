import type { CorrectedAccuracy, DriftSignal, Realised, WindowAssessment } from "../core/assessment.ts";
import { effectiveCount } from "../drift/detector.ts";
import { type Explanation, explain } from "../explain/explain.ts";
import { judgeWindow, settleTrust } from "../explain/verdict.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { JudgedEstimate } from "../performance/estimator.ts";
import { correctForLabels } from "../performance/partial-labels.ts";
import { realised } from "../performance/realised.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import type { FalseAlarmBudget } from "./false-alarm-budget.ts";
import { type ReferenceTruth, referenceTruth, summariseClasses, summariseStatistics } from "./summaries.ts";
import { type LookAt, WindowSignals } from "./window-signals.ts";

export interface AssessorOptions {
  readonly classes: readonly string[];
  readonly reference?: Reference;
  readonly accuracyFloorRatio?: number;
  readonly windows: readonly WindowSpec[];
  readonly budget: FalseAlarmBudget;
}

/** An image is judged unusual below this probability, so as many are expected without drift. */
const UNUSUAL_RATIO = 0.01;

interface Explained extends Explanation {
  /** Without labels. */
  readonly estimates: readonly JudgedEstimate[];
  /** The default estimate, corrected by whatever labels there are. */
  readonly corrected?: JudgedEstimate;
}

/** Compares one window with the reference: signals, estimates, causes, verdict. */
export class WindowAssessor {
  readonly #options: AssessorOptions;
  readonly #signals: WindowSignals;
  readonly #truth: readonly ReferenceTruth[];

  constructor(options: AssessorOptions) {
    this.#options = options;
    this.#signals = new WindowSignals(options);
    this.#truth = referenceTruth(options.reference?.profile, options.classes);
  }

  assess(look: LookAt): WindowAssessment {
    const { spec, profile: window, nowSeconds } = look;
    const { classes, reference, accuracyFloorRatio } = this.#options;
    const level = this.#signals.levelOf(look);
    const signals = this.#signals.compare(look, level);
    const actual = realised(window, classes);
    const { causes, newContent, estimates, corrected } = this.#explained(window, signals, actual);
    const imageCount = window.images.count;
    const predictionCount = window.predictions.count;
    const judgement = judgeWindow({
      signals,
      causes,
      newContent,
      estimates: corrected ? [...estimates, corrected] : estimates,
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
      classes: summariseClasses(window, reference?.profile, classes, this.#truth, trustedClassShares(estimates)),
      driftingImages: window.images.unusualCount,
      expectedDriftingImages: UNUSUAL_RATIO * imageCount,
      ...(actual && { realised: { ...actual, ...(corrected && { corrected: correctedAccuracy(corrected) }) } }),
      estimates: estimates.map(({ estimator, accuracy, trusted }) => ({ estimator, accuracy, trusted })),
      causes,
    };
  }

  #explained(window: Profile, signals: readonly DriftSignal[], actual: Realised | undefined): Explained {
    const { classes, reference } = this.#options;
    if (!reference) return { causes: [], newContent: false, estimates: [] };
    const unlabelled = reference.estimators.flatMap((estimator) => estimator.estimate(window) ?? []);
    const corrected = unlabelled[0] && correctForLabels(window, unlabelled[0])?.corrected;
    const explanation = explain({
      window,
      reference: reference.profile,
      signals,
      statistics: STATISTICS,
      classes,
      estimates: corrected ? [...unlabelled, corrected] : unlabelled,
      ...(reference.faults && { faults: reference.faults }),
      ...(actual && { realised: actual }),
      ...(reference.accuracyRatio !== undefined && { referenceAccuracyRatio: reference.accuracyRatio }),
    });
    const [settled] = settleTrust(corrected ? [corrected] : [], explanation.newContent);
    const estimates = settleTrust(unlabelled, explanation.newContent);
    return { ...explanation, estimates, ...(settled && { corrected: settled }) };
  }
}

function correctedAccuracy({ accuracy, labelledRatio = 0, trusted }: JudgedEstimate): CorrectedAccuracy {
  return { accuracy, labelledRatio, trusted };
}

/** The class shares that the default estimate found, where they explain the images at least in part. */
function trustedClassShares([first]: readonly JudgedEstimate[]): Float64Array | undefined {
  const fit = first?.trusted ? first.labelFit : undefined;
  return fit && fit.gate > 0 ? fit.classShares : undefined;
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
