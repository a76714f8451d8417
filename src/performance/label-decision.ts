import type { LabelResult } from "../core/label.ts";

/** Which label counts when two differ. */
export type ConflictPolicy = "first" | "last";

/** What is known when a label arrives. */
export interface LabelFacts {
  /** Index in the class list; undefined when the label is not in it. */
  readonly classIndex: number | undefined;
  /** The prediction that the label names; undefined when none is known. */
  readonly prediction?: { readonly timeSeconds: number; readonly labelledAs?: number };
  /** Class index of an earlier label that still waits for its prediction. */
  readonly waiting?: number;
  readonly nowSeconds: number;
  /** A prediction older than this takes no label any more. */
  readonly keepSeconds: number;
  readonly onConflict: ConflictPolicy;
}

export interface LabelDecision {
  readonly result: LabelResult;
  /** Class index to count as the truth of the prediction. */
  readonly count?: number;
  /** Class index that was counted before and must be taken back. */
  readonly takeBack?: number;
  /** Class index to keep until the prediction comes. */
  readonly wait?: number;
}

/**
 * What one label does. Order of the questions: is it a class at all, is its prediction known, is that recent enough, was it
 * labelled before. A label may come before its prediction (it waits), late, twice, or as a correction of an earlier one.
 */
export function decideLabel(facts: LabelFacts): LabelDecision {
  const { classIndex, prediction, waiting, nowSeconds, keepSeconds, onConflict } = facts;
  if (classIndex === undefined) return { result: "unknown_class" };
  if (!prediction) {
    if (waiting === undefined) return { result: "pending", wait: classIndex };
    if (waiting === classIndex) return { result: "duplicate" };
    return onConflict === "first" ? { result: "conflict" } : { result: "corrected", wait: classIndex };
  }
  if (nowSeconds - prediction.timeSeconds > keepSeconds) return { result: "expired" };
  const { labelledAs } = prediction;
  if (labelledAs === undefined) return { result: "matched", count: classIndex };
  if (labelledAs === classIndex) return { result: "duplicate" };
  if (onConflict === "first") return { result: "conflict" };
  return { result: "corrected", count: classIndex, takeBack: labelledAs };
}
