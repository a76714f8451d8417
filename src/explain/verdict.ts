import type { Cause, DriftSignal, Realised, Verdict } from "../core/assessment.ts";
import type { Score } from "../core/score.ts";
import type { JudgedEstimate } from "../performance/estimator.ts";
import { percent } from "./wording.ts";

export interface VerdictInput {
  readonly signals: readonly DriftSignal[];
  readonly causes: readonly Cause[];
  readonly newContent: boolean;
  readonly realised?: Realised;
  /** After `settleTrust`. */
  readonly estimates: readonly JudgedEstimate[];
  readonly accuracyFloorRatio?: number;
  readonly imageCount: number;
  readonly predictionCount: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly sentence: string;
}

/**
 * The verdict and its sentence. Accuracy counts as below the floor only when its whole 90 % interval is; what counts is the estimate that labels
 * corrected, else labels alone, else the default estimate where it can be trusted.
 */
export function judgeWindow(input: VerdictInput): Judgement {
  const { signals, newContent, causes, accuracyFloorRatio: floor } = input;
  const accuracy = bestAccuracy(input);
  const reason = causes[0]?.sentence;
  if (accuracy && floor !== undefined && (accuracy.score.upper ?? accuracy.score.value) < floor) {
    const found = `${accuracy.words}, below the floor of ${percent(floor)}.`;
    return { verdict: "accuracy_below_floor", sentence: reason ? `${found} ${reason}` : found };
  }
  if (newContent) {
    return {
      verdict: "new_content",
      sentence: `${reasonOf(causes, "new_region")} Accuracy cannot be estimated for it.`,
    };
  }
  const means = accuracy ? ` ${accuracy.words}.` : "";
  if (signals.some(({ drifting }) => drifting)) {
    return {
      verdict: "drifting",
      sentence: `${reason ?? "The window differs from the reference, and nothing stands out as the cause."}${means}`,
    };
  }
  if (signals.length > 0 || accuracy) {
    return {
      verdict: "ok",
      sentence: `${signals.length > 0 ? "Images and predictions are like those of the reference." : "No drift can be tested."}${means}`,
    };
  }
  return {
    verdict: "not_enough_data",
    sentence: `Too little to judge: ${input.imageCount} images and ${input.predictionCount} predictions.`,
  };
}

/** An estimate that rests on labels this much stands in the face of new content. */
const LABELLED_ENOUGH = 0.5;

/** Whether a number may be shown is decided once drift is explained: distrusted only in the face of new content. */
export function settleTrust(estimates: readonly JudgedEstimate[], newContent: boolean): JudgedEstimate[] {
  return estimates.map((estimate) => ({
    ...estimate,
    trusted: !newContent || (estimate.labelledRatio ?? 0) >= LABELLED_ENOUGH,
  }));
}

interface BestAccuracy {
  readonly score: Score;
  readonly words: string;
}

function bestAccuracy({ realised, estimates }: VerdictInput): BestAccuracy | undefined {
  const corrected = estimates.find(({ labelledRatio }) => labelledRatio !== undefined);
  // With new content and few labels neither they nor the estimate speak for the images without one.
  if (corrected?.trusted === false) return undefined;
  if (corrected && realised)
    return told("Accuracy", corrected.accuracy, ` from ${realised.accuracy.sampleCount} labels`);
  if (realised) return told("Accuracy", realised.accuracy, ` of ${realised.accuracy.sampleCount} labels`);
  const [first] = estimates;
  return first?.trusted ? told("Estimated accuracy", first.accuracy, "") : undefined;
}

function told(name: string, score: Score, source: string): BestAccuracy {
  const range =
    score.lower !== undefined && score.upper !== undefined
      ? ` (${percent(score.lower)} to ${percent(score.upper)})`
      : "";
  return { score, words: `${name} is ${percent(score.value)}${range}${source}` };
}

function reasonOf(causes: readonly Cause[], kind: Cause["kind"]): string {
  return causes.find((cause) => cause.kind === kind)?.sentence ?? "New content: images are unlike any reference class.";
}
