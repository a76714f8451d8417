import type { Label } from "../core/label.ts";
import { checkCount, readBatch } from "./batch-body.ts";
import { cleanId, itemId } from "./ids.ts";
import type { BatchLimits, ItemResult } from "./item-result.ts";
import { firstMember, isObject, type JsonObject, member } from "./json.ts";
import { isClass } from "./label-class.ts";
import { isFeedback, readFeedback } from "./seldon-feedback.ts";
import { readTime } from "./time-value.ts";

const DEFAULT_LIMITS: BatchLimits = { maxBodyBytes: 1 << 20, maxItems: 10_000 };
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
  limits: BatchLimits = DEFAULT_LIMITS,
): readonly ItemResult<Label>[] {
  const entries = readBatch(contentType, body, limits);
  const labels = entries.flatMap((entry) => {
    if ("error" in entry) return [entry];
    return isFeedback(entry.item) ? readFeedback(entry.item) : [readLabel(entry.item)];
  });
  // One feedback may label a whole batch of images.
  checkCount(labels.length, limits);
  return labels;
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
