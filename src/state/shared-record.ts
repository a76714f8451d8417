import type { PendingPrediction } from "../monitor/label-join.ts";

/** What a key of the shared table holds: a prediction, the first id of one, or the class index of a label that waits. */
export type SharedRecord = PendingPrediction | string | number;

/**
 * JSON without names, some 60 bytes: `[time, weight, class, confidence, calibrated, version, label?, ids?]`, `"first id"` or `class`. Worked example: a
 * prediction of class 2 at 0.9 without calibration, labelled 1, is `[1700000000,1,2,0.9,null,"v1",1]`.
 */
export function encodeRecord(record: SharedRecord): string {
  if (typeof record !== "object") return JSON.stringify(record);
  const { timeSeconds, weight, classIndex, confidence, calibratedConfidence, modelVersion } = record;
  const { labelledAs, aliases } = record;
  const numbers = [timeSeconds, weight, classIndex, confidence, calibratedConfidence];
  // JSON has no NaN; it becomes null.
  const label = labelledAs === undefined && !aliases ? [] : [labelledAs ?? null];
  return JSON.stringify([...numbers, modelVersion, ...label, ...(aliases ? [aliases] : [])]);
}

/** undefined for what somebody else wrote: it is treated as absent, and overwritten. */
export function decodeRecord(id: string, text: string): SharedRecord | undefined {
  const value = parse(text);
  if (typeof value === "string" || isIndex(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const [timeSeconds, weight, classIndex, confidence, calibratedConfidence, modelVersion, label, aliases] = value;
  const labelledAs = label ?? undefined;
  const isWhole = isIndex(classIndex) && (labelledAs === undefined || isIndex(labelledAs));
  if (![timeSeconds, weight].every(Number.isFinite) || !isWhole || typeof modelVersion !== "string") return undefined;
  return {
    id,
    timeSeconds,
    weight,
    classIndex,
    confidence: scoreOf(confidence),
    calibratedConfidence: scoreOf(calibratedConfidence),
    modelVersion,
    ...(labelledAs !== undefined && { labelledAs }),
    ...(Array.isArray(aliases) && { aliases: aliases.map(String) }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const scoreOf = (value: unknown): number => (Number.isFinite(value) ? (value as number) : Number.NaN);
