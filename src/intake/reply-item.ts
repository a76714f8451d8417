import type { Prediction, RankedLabel } from "../core/prediction.ts";
import { boxesOf, type ImageSize, imageSizeIn, parallelBoxes } from "./boxes.ts";
import { firstMember, isObject, type JsonObject, member, numbersOf } from "./json.ts";
import { labelOf, rankedLabels, scoreOf } from "./label-score.ts";

/** Members that hold the answer rather than describe it. */
const CONTAINERS = [
  "predictions",
  "prediction",
  "outputs",
  "output",
  "results",
  "result",
  "classifications",
  "detections",
  "predicted",
  "data",
];
const SCORE_LISTS = ["probabilities", "probs", "scores", "confidences", "softmax", "logits"];
const LABEL_LISTS = ["labels", "classes", "class_names", "displayNames", "names"];
const MAX_DEPTH = 5;

/**
 * What a JSON value says about one image. Lists of numbers are scores, in class order; objects may be a map from label to
 * score, a label with its score, or a container of either; lists of objects are the best few classes, or boxes.
 */
export function readItem(value: unknown, size?: ImageSize, depth = 0): Prediction | undefined {
  if (typeof value === "string") return value === "" ? undefined : { kind: "label", label: value };
  if (typeof value === "number") return Number.isInteger(value) ? { kind: "label", label: value } : undefined;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return readList(value, size, depth);
  return isObject(value) ? readObject(value, imageSizeIn(value) ?? size, depth) : undefined;
}

function readList(value: readonly unknown[], size: ImageSize | undefined, depth: number): Prediction | undefined {
  const [first] = value;
  if (value.length === 1 && !isObject(first) && !isFraction(first)) return readItem(first, size, depth + 1);
  const scores = numbersOf(value);
  if (scores) return { kind: "scores", scores };
  const boxes = boxesOf(value, size);
  if (boxes) return { kind: "boxes", boxes };
  if (value.length === 1) return readItem(first, size, depth + 1);
  const ranked = value.map(rankedOf);
  if (ranked.length === 0 || !ranked.every((entry) => entry !== undefined)) return undefined;
  return { kind: "ranked", ranked, complete: false };
}

const isFraction = (value: unknown): boolean => typeof value === "number" && !Number.isInteger(value);

/** `{label, score}`, or the pair `[label, score]`. */
function rankedOf(value: unknown): RankedLabel | undefined {
  if (Array.isArray(value)) {
    const [label, score] = value as unknown[];
    return value.length === 2 && typeof label === "string" && typeof score === "number" ? { label, score } : undefined;
  }
  const label = labelOf(value);
  const score = scoreOf(value);
  return label === undefined || score === undefined ? undefined : { label: String(label), score };
}

function readObject(value: JsonObject, size: ImageSize | undefined, depth: number): Prediction | undefined {
  const boxes = parallelBoxes(value, size);
  if (boxes) return { kind: "boxes", boxes };
  const listed = readScoreList(value, size, depth);
  if (listed) return listed;
  const ranked = rankedOf(value);
  const inside = firstMember(value, CONTAINERS);
  if (inside !== undefined) {
    const prediction = readItem(inside, size, depth + 1);
    if (prediction) return prediction;
  }
  if (ranked) return { kind: "ranked", ranked: [ranked], complete: false };
  const label = labelOf(value);
  return label === undefined ? readMap(value) : { kind: "label", label };
}

/** Scores under a telling name, with the labels beside them where there are as many. */
function readScoreList(value: JsonObject, size: ImageSize | undefined, depth: number): Prediction | undefined {
  const list = firstMember(value, SCORE_LISTS);
  if (list === undefined || typeof list === "number") return undefined;
  const labels = firstMember(value, LABEL_LISTS);
  const scores = numbersOf(list);
  const ranked = scores && rankedLabels(labels, scores);
  if (ranked) return { kind: "ranked", ranked, complete: false };
  return readItem(list, size, depth + 1);
}

/** `{"water": 0.9, "desert": 0.1}` or `{"water": {"confidence": 0.9}}`: every member must be a score. */
function readMap(value: JsonObject): Prediction | undefined {
  const ranked: RankedLabel[] = [];
  for (const [label, entry] of Object.entries(value)) {
    const score = typeof entry === "number" ? entry : entry === null ? Number.NaN : scoreOf(entry);
    if (score === undefined) return undefined;
    ranked.push({ label, score });
  }
  return ranked.length > 0 ? { kind: "ranked", ranked, complete: true } : undefined;
}

/** Own member that holds the answers of a whole reply, if any. */
export function containerIn(value: unknown): unknown {
  return firstMember(value, CONTAINERS) ?? member(value, "images");
}
