import type { Label } from "../core/label.ts";
import { classIndexOf } from "../intake/class-index.ts";
import { type ConflictPolicy, decideLabel, type LabelDecision } from "../performance/label-decision.ts";

/** What is remembered of a prediction until its label comes, and after that to know a label that comes again. */
export interface PendingPrediction {
  readonly id: string;
  readonly timeSeconds: number;
  readonly weight: number;
  readonly classIndex: number;
  /** NaN without a score; so is the next. */
  readonly confidence: number;
  readonly calibratedConfidence: number;
  readonly modelVersion: string;
  /** Class index of the label that counts now. */
  readonly labelledAs?: number;
  /** Its other ids, so that all of them can be forgotten. Absent when there are none. */
  readonly aliases?: readonly string[];
}

/** A prediction that the label's sender proves by a token, so that nobody need have remembered it. */
export interface ProvenPrediction {
  readonly prediction: PendingPrediction;
  readonly expiresAtSeconds: number;
}

/** What a label did, and to which prediction. */
export interface Joined extends LabelDecision {
  readonly prediction?: PendingPrediction;
}

/** What was removed, and under which ids. */
export interface ForgottenPrediction {
  readonly ids: readonly string[];
  readonly prediction?: PendingPrediction;
  readonly earlyLabels: number;
}

export interface LabelRules {
  readonly keepSeconds: number;
  readonly keepEarlySeconds: number;
  readonly onConflict: ConflictPolicy;
  /** other: a label outside the class list says that the prediction was wrong; reject: it is a mistake of the sender. */
  readonly unknownClass: "other" | "reject";
}

/** Joins labels with predictions by any of their ids, whichever comes first. All operations reject when it cannot be written down. */
export interface LabelJoin {
  /** Keeps a prediction under its ids; a label that waits for it is joined at once. */
  remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined>;
  /** `proven` stands in for a prediction that is not remembered, or no longer. */
  label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<Joined>;
  /** Removes the prediction of an id with all its ids, and the labels that wait for one of them. */
  forget(id: string): Promise<ForgottenPrediction>;
}

/** A record of a table: a prediction, another id of one, or a label that waits for its prediction. Without a value it is to be deleted. */
export type RecordChange =
  | { readonly kind: "prediction" | "alias" | "early"; readonly id: string; readonly value?: undefined }
  | { readonly kind: "prediction"; readonly id: string; readonly value: PendingPrediction; readonly endSeconds: number }
  | { readonly kind: "alias"; readonly id: string; readonly value: string; readonly endSeconds: number }
  | { readonly kind: "early"; readonly id: string; readonly value: number; readonly endSeconds: number };

/** What an operation comes to, and what must be written for it, all or nothing. */
export interface JoinPlan<Result> {
  readonly joined: Result;
  readonly changes: readonly RecordChange[];
}

/** `early` is the first of the ids that a label waits for, with its class index. */
export function planRemember(
  [first = "", ...aliases]: readonly string[],
  prediction: PendingPrediction,
  early: { readonly id: string; readonly classIndex: number } | undefined,
  { keepSeconds }: LabelRules,
): JoinPlan<Joined | undefined> {
  const endSeconds = prediction.timeSeconds + keepSeconds;
  const kept = {
    ...prediction,
    ...(aliases.length > 0 && { aliases }),
    ...(early && { labelledAs: early.classIndex }),
  };
  return {
    joined: early && { result: "matched", prediction: kept, count: early.classIndex },
    changes: [
      { kind: "prediction", id: first, value: kept, endSeconds },
      ...aliases.map((id) => ({ kind: "alias", id, value: first, endSeconds }) as const),
      ...(early ? [{ kind: "early", id: early.id } as const] : []),
    ],
  };
}

export interface LabelSituation {
  /** The prediction that the table knows by this id. */
  readonly prediction?: PendingPrediction | undefined;
  /** Class index of a label under this id that waits. */
  readonly waiting?: number | undefined;
  readonly proven?: ProvenPrediction | undefined;
  readonly nowSeconds: number;
}

export function planLabel(
  id: string,
  classIndex: number | undefined,
  { prediction: known, waiting, proven, nowSeconds }: LabelSituation,
  rules: LabelRules,
): JoinPlan<Joined> {
  const prediction = classIndex === undefined ? undefined : (known ?? proven?.prediction);
  const keepSeconds = prediction && proven ? proven.expiresAtSeconds - prediction.timeSeconds : rules.keepSeconds;
  const facts = { classIndex, nowSeconds, keepSeconds, onConflict: rules.onConflict };
  const decision = decideLabel({
    ...facts,
    ...(prediction && { prediction }),
    ...(waiting !== undefined && { waiting }),
  });
  return {
    joined: { ...decision, ...(prediction && { prediction }) },
    changes: labelChanges(decision, id, prediction, { waiting, proven, nowSeconds }, rules),
  };
}

function labelChanges(
  { wait, count }: LabelDecision,
  id: string,
  prediction: PendingPrediction | undefined,
  { waiting, proven, nowSeconds }: LabelSituation,
  rules: LabelRules,
): RecordChange[] {
  if (wait !== undefined) return [{ kind: "early", id, value: wait, endSeconds: nowSeconds + rules.keepEarlySeconds }];
  if (!prediction || count === undefined) return [];
  // A used token is known as long as a prediction is: for longer, used ones would push predictions out of a full table.
  const endSeconds = proven
    ? Math.min(proven.expiresAtSeconds, nowSeconds + rules.keepSeconds)
    : prediction.timeSeconds + rules.keepSeconds;
  const labelled = { ...prediction, labelledAs: count };
  return [
    { kind: "prediction", id: prediction.id, value: labelled, endSeconds },
    ...(waiting === undefined ? [] : [{ kind: "early", id } as const]),
  ];
}

/** The id that was named and all others of the prediction that it leads to. */
export function idsOf(id: string, prediction: PendingPrediction | undefined): readonly string[] {
  return [...new Set([id, ...(prediction ? [prediction.id, ...(prediction.aliases ?? [])] : [])])];
}

/** undefined for a label that is no class of the list, when that is a mistake of its sender. */
export function classOfLabel(
  { label }: Label,
  classes: readonly string[],
  { unknownClass }: LabelRules,
): number | undefined {
  const index = classIndexOf(label, classes);
  return index === classes.length && unknownClass === "reject" ? undefined : index;
}
