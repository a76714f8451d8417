import type { Label } from "../core/label.ts";
import { cleanId, itemId } from "./ids.ts";
import type { ItemResult } from "./item-result.ts";
import { firstMember, isObject, type JsonObject, member } from "./json.ts";
import { isClass } from "./label-class.ts";

/** Seldon Core 1 feedback: `{request, response: {meta: {puid}}, reward, truth: {data: {ndarray: …}}}`. Only `truth` is a label. */
export function isFeedback(value: unknown): value is JsonObject {
  return isObject(value) && isObject(member(value, "truth")) && member(value, "label") === undefined;
}

/** One label, or for a batch of n rows n labels under `puid#k`. */
export function readFeedback(value: JsonObject): readonly ItemResult<Label>[] {
  const puid = [member(value, "response"), member(value, "request")].map((part) =>
    member(member(part, "meta"), "puid"),
  );
  const id = puid.map(cleanId).find((found) => found !== undefined);
  if (id === undefined) return [{ error: "has no meta.puid in response or request" }];
  const rows = rowsOf(member(value, "truth"));
  return rows.map((row, k) => {
    const label = classOf(row);
    if (label === undefined) return { error: "has a truth that is neither a class nor one-hot" };
    return { item: { id: rows.length > 1 ? itemId(id, k) : id, label } };
  });
}

function rowsOf(truth: unknown): readonly unknown[] {
  const data = member(truth, "data");
  const tensor = member(data, "tensor");
  const ndarray = member(data, "ndarray") ?? reshape(member(tensor, "values"), member(tensor, "shape"));
  const isBatch = Array.isArray(ndarray) && ndarray.length > 0 && ndarray.every(Array.isArray);
  return isBatch ? ndarray : [ndarray ?? firstMember(truth, ["strData", "jsonData"])];
}

function reshape(values: unknown, shape: unknown): unknown {
  const rows: unknown = Array.isArray(shape) ? shape[0] : undefined;
  if (!Array.isArray(values) || typeof rows !== "number" || !Number.isInteger(rows) || rows < 1) return values;
  const width = values.length / rows;
  if (!Number.isInteger(width) || width < 1) return values;
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function classOf(row: unknown): string | number | undefined {
  if (isClass(row)) return row;
  if (!Array.isArray(row)) return undefined;
  if (row.length === 1) return Array.isArray(row[0]) ? undefined : classOf(row[0]);
  const oneHot = row.every((entry) => entry === 0 || entry === 1) && row.filter((entry) => entry === 1).length === 1;
  return oneHot ? row.indexOf(1) : undefined;
}
