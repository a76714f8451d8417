import type { Prediction } from "../core/prediction.ts";
import { type ImageSize, imageSizeIn } from "./boxes.ts";
import { isObject } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { containerIn, readItem } from "./reply-item.ts";

const MAX_CONTAINERS = 3;
const MAX_COLUMNS = 32;

/**
 * One prediction for each of `count` images out of a JSON reply of any usual shape, in the order of the images; undefined where
 * there is none. `count` 0: the images are unknown, and the reply tells how many there are. "mismatch": the reply answers for
 * another number of images.
 */
export function readReply(reply: unknown, count: number): readonly (Prediction | undefined)[] | "mismatch" {
  if (count === 0) return readUncounted(reply);
  if (count === 1) return [readSingle(reply)];
  return readBatch(reply, count);
}

function readUncounted(reply: unknown): readonly (Prediction | undefined)[] | "mismatch" {
  const single = readItem(reply);
  if (single) return [single];
  const { value, size } = unwrap(reply);
  if (Array.isArray(value) && value.length > LIMITS.images) return "mismatch";
  const rows = Array.isArray(value) ? value.map((row) => readItem(row, size)) : [];
  return rows.every((row) => row !== undefined) ? rows : [];
}

function readSingle(reply: unknown): Prediction | undefined {
  const { value, size } = unwrap(reply);
  const column = isObject(value) ? readColumns(value, 1)?.[0] : undefined;
  return readItem(reply, size) ?? column ?? readItem(value, size);
}

function readBatch(reply: unknown, count: number): readonly (Prediction | undefined)[] | "mismatch" {
  const { value, size } = unwrap(reply);
  if (Array.isArray(value) && value.length === count) return value.map((row) => readItem(row, size));
  const columns = isObject(value) ? readColumns(value, count) : undefined;
  if (columns) return columns;
  const answersOtherwise = Array.isArray(value) ? value.length > 0 : readItem(value, size) !== undefined;
  return answersOtherwise ? "mismatch" : new Array(count).fill(undefined);
}

/** Columnar replies, `{"probabilities": [[…], […]], "classes": […]}`: scores are taken before labels. */
function readColumns(
  value: Readonly<Record<string, unknown>>,
  count: number,
): readonly (Prediction | undefined)[] | undefined {
  let found: readonly (Prediction | undefined)[] | undefined;
  for (const column of Object.values(value).slice(0, MAX_COLUMNS)) {
    if (!Array.isArray(column) || column.length !== count) continue;
    const rows = column.map((row) => readItem(row));
    if (rows.some((row) => row === undefined)) continue;
    if (rows[0]?.kind === "scores") return rows;
    found ??= rows;
  }
  return found;
}

/** Opens containers such as `predictions`, keeping the image size that a reply states beside them. */
function unwrap(reply: unknown): { readonly value: unknown; readonly size: ImageSize | undefined } {
  let value = reply;
  let size = imageSizeIn(reply);
  for (let level = 0; level < MAX_CONTAINERS && isObject(value); level++) {
    const inside = containerIn(value);
    if (inside === undefined) break;
    value = inside;
    size = imageSizeIn(value) ?? size;
  }
  return { value, size };
}
