import type { Cause, DriftSignal } from "../core/assessment.ts";
import type { Profile } from "../profile/profile.ts";
import type { Evidence } from "./evidence.ts";
import { percent } from "./wording.ts";

const CLASS_PREFIX = "class:";
/** One class is the story when it holds this share of the drift that the classes show. */
const MOST = 0.6;
const ALONE = 0.9;
/** A smaller change of a class's share means nothing to a person. */
const LEAST_CHANGE = 0.02;
/** Above this probability the images are what they were, class by class. */
const AS_BEFORE_FROM = 0.01;

/** The class whose share of predictions changed most, with how much of the embedding drift class shares explain. */
export function classMixCause(evidence: Evidence): Cause | undefined {
  const { classMixDrifts, embeddingDrifts, labelFit, leftRatio, groups, input } = evidence;
  const explained = embeddingDrifts && labelFit ? 1 - leftRatio : classMixDrifts && groups.length === 0 ? 1 : 0;
  if (!classMixDrifts && explained < MOST) return undefined;
  const changed = mostChanged(input.window, input.reference);
  if (!changed || Math.abs(changed.live - changed.before) < LEAST_CHANGE) return undefined;
  const name = nameOf(input.classes, changed.index);
  const contentAsBefore = embeddingDrifts ? (labelFit?.residualPValue ?? 0) > AS_BEFORE_FROM : groups.length === 0;
  const then = contentAsBefore ? "; image content itself is as before" : "";
  return {
    kind: "class_mix",
    subject: name,
    sentence: `The mix of classes changed: ${name} ${percent(changed.live)} of predictions instead of ${percent(changed.before)}${then}.`,
    shareRatio: explained,
  };
}

/** Only one class changed, or nearly so. */
export function oneClassCause(evidence: Evidence): Cause | undefined {
  const parts = classDrift(evidence);
  const [first, second] = parts;
  if (!first || !second || first.shareRatio < MOST) return undefined;
  const only = first.shareRatio >= ALONE && !second.drifting;
  return {
    kind: "one_class",
    subject: first.name,
    sentence: only
      ? `Only images predicted as ${first.name} changed.`
      : `Images predicted as ${first.name} changed most.`,
    shareRatio: first.shareRatio,
  };
}

/** Name of the class that holds most of the drift; undefined when it is spread. */
export function leadingClass(evidence: Evidence): string | undefined {
  const parts = classDrift(evidence);
  const [first] = parts;
  return first && parts.length > 1 && first.shareRatio >= MOST ? first.name : undefined;
}

interface ClassDrift {
  readonly name: string;
  readonly drifting: boolean;
  /** Part of Σ share·max(0, S) over the classes. */
  readonly shareRatio: number;
}

/** Largest part first; empty when no class drifts. */
function classDrift({ input }: Evidence): ClassDrift[] {
  const signals = input.signals.filter(
    ({ detector, subject }) => detector === "embedding_distance" && subject.startsWith(CLASS_PREFIX),
  );
  if (!signals.some(({ drifting }) => drifting)) return [];
  const sizes = signals.map((signal) => sizeOf(signal, input.window, input.classes));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  return signals
    .map(({ subject, drifting }, index) => ({
      name: subject.slice(CLASS_PREFIX.length),
      drifting,
      shareRatio: whole > 0 ? sizes[index]! / whole : 0,
    }))
    .sort((a, b) => b.shareRatio - a.shareRatio);
}

function sizeOf({ subject, score }: DriftSignal, { predictions }: Profile, classes: readonly string[]): number {
  const index = classes.indexOf(subject.slice(CLASS_PREFIX.length));
  return Math.max(0, score.value) * (predictions.classWeights[index] ?? 0);
}

function mostChanged(
  window: Profile,
  reference: Profile,
): { readonly index: number; readonly live: number; readonly before: number } | undefined {
  const shareOf = ({ predictions }: Profile, index: number): number =>
    predictions.weight > 0 ? predictions.classWeights[index]! / predictions.weight : 0;
  const changes = Array.from(window.predictions.classWeights, (_, index) => ({
    index,
    live: shareOf(window, index),
    before: shareOf(reference, index),
  }));
  return changes.sort((a, b) => Math.abs(b.live - b.before) - Math.abs(a.live - a.before))[0];
}

function nameOf(classes: readonly string[], index: number): string {
  return classes[index] ?? "other";
}
