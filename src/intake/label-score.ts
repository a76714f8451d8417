import type { RankedLabel } from "../core/prediction.ts";
import { isObject, member } from "./json.ts";

/** Names that say "class" by themselves; the others do only beside a score. */
const LABELS = ["label", "class_name", "className", "class", "predicted_class", "predicted_label", "category"];
const LABELS_BESIDE_SCORES = ["displayName", "name", "tag"];
const INDICES = ["class_id", "classId", "class", "label", "predicted_class", "predicted_label", "index"];
const SCORES = ["score", "confidence", "probability", "prob"];

/** The class that an object names: a name before an index. */
export function labelOf(value: unknown): string | number | undefined {
  const names = scoreOf(value) === undefined ? LABELS : [...LABELS, ...LABELS_BESIDE_SCORES];
  for (const name of names) {
    const found = member(value, name);
    if (typeof found === "string" && found !== "") return found;
  }
  for (const name of INDICES) {
    const found = member(value, name);
    if (typeof found === "number" && Number.isInteger(found)) return found;
  }
  return undefined;
}

/** The score beside it; null counts as NaN. undefined when there is none. */
export function scoreOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  for (const name of SCORES) {
    const found = member(value, name);
    if (typeof found === "number") return found;
    if (found === null) return Number.NaN;
  }
  return undefined;
}

/** Scores with the labels beside them; undefined unless there is a name or an index for each. */
export function rankedLabels(labels: unknown, scores: Float64Array): readonly RankedLabel[] | undefined {
  if (!Array.isArray(labels) || labels.length !== scores.length) return undefined;
  // An object's own text is whatever its sender makes of `toString`.
  if (!labels.every((label) => typeof label === "string" || typeof label === "number")) return undefined;
  return labels.map((label, k) => ({ label: String(label), score: scores[k] as number }));
}
