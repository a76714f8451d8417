import type { PredictionRejectReason } from "../core/drop-reasons.ts";
import type { Outcome, Prediction, RankedLabel } from "../core/prediction.ts";
import { type Activation, activate, SUM_TOLERANCE } from "./activation.ts";
import { classIndexOf } from "./class-index.ts";

export type { Activation } from "./activation.ts";

export type ResolvedOutcome = { readonly outcome: Outcome } | { readonly reason: PredictionRejectReason };

/** Ties a prediction to the list of K classes. The one guard: past it every number is finite and every index in 0 to K. */
export function resolveOutcome(
  prediction: Prediction | undefined,
  classes: readonly string[],
  activation: Activation,
): ResolvedOutcome {
  switch (prediction?.kind) {
    case undefined:
      return { reason: "no_prediction" };
    case "scores":
      return fromScores(prediction.scores, classes.length, activation);
    case "ranked":
      return fromRanked(prediction.ranked, prediction.complete, classes, activation);
    case "label":
      return fromLabel(prediction.label, classes);
    case "boxes":
      return { reason: "boxes_unsupported" };
  }
}

function fromLabel(label: string | number, classes: readonly string[]): ResolvedOutcome {
  const classIndex = classIndexOf(label, classes);
  if (classIndex === undefined) return { reason: "unknown_class" };
  return { outcome: { classIndex, confidence: Number.NaN } };
}

/** One score for two classes is that of the second, as binary classifiers give it. */
function fromScores(scores: Float64Array, classCount: number, activation: Activation): ResolvedOutcome {
  if (!scores.every(Number.isFinite)) return { reason: "not_finite" };
  const [only] = scores;
  if (classCount === 2 && scores.length === 1 && only !== undefined) return fromBinary(only, activation);
  if (scores.length !== classCount || classCount === 0) return { reason: "wrong_length" };
  const probabilities = activate(scores, activation);
  return probabilities ? { outcome: topOf(probabilities) } : { reason: "not_normalised" };
}

function fromBinary(score: number, activation: Activation): ResolvedOutcome {
  const isProbability = score >= 0 && score <= 1;
  if (activation === "none" && !isProbability) return { reason: "not_normalised" };
  const isRaw = activation === "sigmoid" || activation === "softmax" || !isProbability;
  const second = isRaw ? 1 / (1 + Math.exp(-score)) : score;
  return { outcome: topOf(Float64Array.of(1 - second, second)) };
}

function indexOfLargest(values: Float64Array): number {
  let largest = 0;
  for (let k = 1; k < values.length; k++) if ((values[k] as number) > (values[largest] as number)) largest = k;
  return largest;
}

function topOf(probabilities: Float64Array): Outcome {
  const classIndex = indexOfLargest(probabilities);
  return { classIndex, confidence: probabilities[classIndex] as number, probabilities };
}

/**
 * Whole maps are dense scores in another order. Of a top-k list only the probabilities are usable, and the rest of the mass is
 * spread evenly over the classes that were not named.
 */
function fromRanked(
  ranked: readonly RankedLabel[],
  complete: boolean,
  classes: readonly string[],
  activation: Activation,
): ResolvedOutcome {
  if (ranked.length === 0) return { reason: "no_prediction" };
  if (!ranked.every(({ score }) => Number.isFinite(score))) return { reason: "not_finite" };
  const indices = ranked.map(({ label }) => classIndexOf(label, classes));
  const known = indices.filter((index) => index !== undefined && index < classes.length);
  if (new Set(known).size === classes.length && ranked.length === classes.length) {
    return fromScores(inClassOrder(ranked, indices), classes.length, activation);
  }
  const raw = Float64Array.from(ranked, ({ score }) => score);
  const scores = complete ? activate(raw, activation) : activateTop(raw, activation);
  return scores ? fromTop(scores, indices, classes.length) : { reason: "not_normalised" };
}

function inClassOrder(ranked: readonly RankedLabel[], indices: readonly (number | undefined)[]): Float64Array {
  const scores = new Float64Array(ranked.length);
  for (let i = 0; i < ranked.length; i++) scores[indices[i] as number] = (ranked[i] as RankedLabel).score;
  return scores;
}

/** Logits of some classes cannot be normalised without the others, so only a sigmoid or none at all can be applied. */
function activateTop(scores: Float64Array, activation: Activation): Float64Array | undefined {
  if (activation === "softmax") return undefined;
  const values = activation === "sigmoid" ? scores.map((score) => 1 / (1 + Math.exp(-score))) : scores;
  const inRange = values.every((value) => value >= 0 && value <= 1 + SUM_TOLERANCE);
  const sum = values.reduce((total, value) => total + value, 0);
  return inRange && (activation === "sigmoid" || sum <= 1 + SUM_TOLERANCE) ? values : undefined;
}

function fromTop(scores: Float64Array, indices: readonly (number | undefined)[], classCount: number): ResolvedOutcome {
  const top = indexOfLargest(scores);
  const classIndex = indices[top];
  if (classIndex === undefined) return { reason: "unknown_class" };
  const confidence = Math.min(1, scores[top] as number);
  const probabilities = spreadRest(scores, indices, classCount);
  // A class that was not named cannot be likelier than the top one; where it seems so, the scores are no distribution.
  if (!probabilities || classIndex === classCount || topOf(probabilities).classIndex !== classIndex) {
    return { outcome: { classIndex, confidence } };
  }
  return { outcome: { classIndex, confidence: probabilities[classIndex] as number, probabilities } };
}

/** undefined when the named scores leave no distribution over the K classes. */
function spreadRest(
  scores: Float64Array,
  indices: readonly (number | undefined)[],
  classCount: number,
): Float64Array | undefined {
  const probabilities = new Float64Array(classCount);
  const named = new Set<number>();
  for (let i = 0; i < scores.length; i++) {
    const index = indices[i];
    if (index === undefined || index === classCount) continue;
    probabilities[index] = (probabilities[index] as number) + (scores[i] as number);
    named.add(index);
  }
  const sum = probabilities.reduce((total, value) => total + value, 0);
  const unnamed = classCount - named.size;
  const rest = unnamed > 0 ? Math.max(0, 1 - sum) / unnamed : 0;
  const total = sum + rest * unnamed;
  if (!(total > 0) || total > 1 + SUM_TOLERANCE || total < 1 - SUM_TOLERANCE) return undefined;
  return probabilities.map((value, k) => (named.has(k) ? value : rest) / total);
}
