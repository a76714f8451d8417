import type { Label } from "../core/label.ts";
import { readBatch } from "./batch-body.ts";
import { cleanId, itemId } from "./ids.ts";
import type { BatchLimits, ItemResult } from "./item-result.ts";
import { firstMember, isObject, type JsonObject, member } from "./json.ts";
import { isFeedback, readFeedback } from "./seldon-feedback.ts";
import { readTime } from "./time-value.ts";

const LIMITS: BatchLimits = { maxBodyBytes: 1 << 20, maxItems: 10_000 };
const MAX_NAME_LENGTH = 256;
const MAX_ITEM = 999_999;
const IDS = ["id", "request_id", "inference_id", "prediction_id"];
const CLASSES = ["label", "truth", "class"];
const MAX_TOKEN_LENGTH = 1024;

/**
 * Labels as a labelling tool posts them: `{id, label, item?, time?}`, with a token in place of the id or beside it, an array of these, NDJSON, or Seldon's feedback. At most 1 MiB
 * and 10,000 items, unless told otherwise. Throws REQUEST_INVALID, REQUEST_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE for faults of the whole body.
 */
export function parseLabels(
  contentType: string | undefined,
  body: Uint8Array,
  limits: BatchLimits = LIMITS,
): readonly ItemResult<Label>[] {
  return readBatch(contentType, body, limits).flatMap((entry) => {
    if ("error" in entry) return [entry];
    return isFeedback(entry.item) ? readFeedback(entry.item) : [readLabel(entry.item)];
  });
}

function readLabel(value: unknown): ItemResult<Label> {
  if (!isObject(value)) return { error: "is not an object" };
  const token = member(value, "token") ?? undefined;
  if (token !== undefined && !(typeof token === "string" && token !== "" && token.length <= MAX_TOKEN_LENGTH)) {
    return { error: "has a token that is not a text of at most 1,024 characters" };
  }
  const id = cleanId(firstMember(value, IDS)) ?? (token === undefined ? undefined : "");
  if (id === undefined) return { error: "has no id: a text or a whole number is needed" };
  const label = firstMember(value, CLASSES);
  if (!isClass(label)) return { error: "has no label: a class name or a class index is needed" };
  return withPlace({ id, label, ...(token !== undefined && { token }) }, value);
}

function isClass(value: unknown): value is string | number {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0;
  return typeof value === "string" && value !== "" && value.length <= MAX_NAME_LENGTH;
}

/** Adds the position in a batch and the time, where given. */
function withPlace(label: Label, value: JsonObject): ItemResult<Label> {
  const item = member(value, "item") ?? undefined;
  if (item !== undefined && !(Number.isInteger(item) && (item as number) >= 0 && (item as number) <= MAX_ITEM)) {
    return { error: "has an item that is not a whole number from 0" };
  }
  const time = member(value, "time") ?? undefined;
  const timeSeconds = readTime(time);
  if (time !== undefined && Number.isNaN(timeSeconds)) {
    return { error: "has a time that is neither Unix seconds nor RFC 3339" };
  }
  const id = item === undefined || label.id === "" ? label.id : itemId(label.id, item as number);
  return { item: { ...label, id, ...(time !== undefined && { timeSeconds }) } };
}
