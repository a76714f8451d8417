import { VisionError } from "../core/errors.ts";
import type { BatchLimits, ItemResult } from "./item-result.ts";
import { jsonDepth } from "./json.ts";

const MAX_DEPTH = 8;
const utf8 = new TextDecoder("utf-8");

export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

export function checkSize(body: Uint8Array, { maxBodyBytes }: BatchLimits): void {
  if (body.length <= maxBodyBytes) return;
  throw new VisionError("REQUEST_TOO_LARGE", `The body has ${body.length} bytes; the limit is ${maxBodyBytes}.`);
}

/**
 * The JSON values of a body: one object, an array of them, or one a line (application/x-ndjson). A line that is no JSON is an
 * error of its own. Throws REQUEST_INVALID, REQUEST_TOO_LARGE and UNSUPPORTED_MEDIA_TYPE for faults of the whole.
 */
export function readBatch(
  contentType: string | undefined,
  body: Uint8Array,
  limits: BatchLimits,
): readonly ItemResult<unknown>[] {
  checkSize(body, limits);
  const type = mediaType(contentType);
  const text = utf8.decode(body);
  if (type === "application/x-ndjson" || type === "application/ndjson" || type === "application/jsonl") {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    checkCount(lines.length, limits);
    return lines.map(parse);
  }
  if (type !== "application/json" && type !== "" && !type.endsWith("+json")) {
    throw new VisionError("UNSUPPORTED_MEDIA_TYPE", `"${type}" is not understood here.`);
  }
  const parsed = parse(text);
  if ("error" in parsed) throw new VisionError("REQUEST_INVALID", `The body ${parsed.error}.`);
  if (!Array.isArray(parsed.item)) return [parsed];
  checkCount(parsed.item.length, limits);
  return parsed.item.map((item: unknown) => ({ item }));
}

function checkCount(items: number, { maxItems }: BatchLimits): void {
  if (items <= maxItems) return;
  throw new VisionError("REQUEST_TOO_LARGE", `The body has ${items} items; the limit is ${maxItems}.`);
}

function parse(text: string): ItemResult<unknown> {
  if (jsonDepth(text) > MAX_DEPTH) return { error: `is nested deeper than ${MAX_DEPTH}` };
  try {
    return { item: JSON.parse(text) };
  } catch {
    return { error: "is not valid JSON" };
  }
}
