import { readFileSync } from "node:fs";
import { VisionError } from "../core/errors.ts";
import type { Prediction } from "../core/prediction.ts";

/**
 * Recorded answers, one JSON object a line: `{"file": "desert/1.jpg", "scores": [0.1, 0.9]}`, or `"scores": {"desert": 0.9, …}`, or
 * `"label": "desert"`; what was recorded in production has an `"id"` instead of a `"file"`. Throws REFERENCE_INPUT_INVALID with the line.
 */
export function readPredictions(path: string): ReadonlyMap<string, Prediction> {
  const byFile = new Map<string, Prediction>();
  for (const [index, line] of readLines(path).entries()) {
    if (line.trim() === "") continue;
    const place = `${path}:${index + 1}`;
    const { file, prediction } = parseLine(line, place);
    byFile.set(file, prediction);
  }
  return byFile;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch (cause) {
    throw new VisionError("REFERENCE_INPUT_INVALID", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parseLine(line: string, place: string): { file: string; prediction: Prediction } {
  let value: { file?: unknown; id?: unknown; scores?: unknown; label?: unknown };
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new VisionError("REFERENCE_INPUT_INVALID", `${place} is not JSON.`, { cause });
  }
  const prediction = toPrediction(value?.scores, value?.label);
  const file = value?.file ?? value?.id;
  if (typeof file === "string" && prediction) return { file, prediction };
  throw new VisionError("REFERENCE_INPUT_INVALID", `${place} needs "file" or "id", and either "scores" or "label".`);
}

function toPrediction(scores: unknown, label: unknown): Prediction | undefined {
  if (Array.isArray(scores) && scores.every((score) => typeof score === "number")) {
    return { kind: "scores", scores: Float64Array.from(scores) };
  }
  if (typeof scores === "object" && scores !== null && !Array.isArray(scores)) {
    const ranked = Object.entries(scores).map(([name, score]) => ({ label: name, score: Number(score) }));
    return { kind: "ranked", ranked, complete: true };
  }
  if (typeof label === "string" || typeof label === "number") return { kind: "label", label };
  return undefined;
}
