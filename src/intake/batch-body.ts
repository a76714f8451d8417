import { VisionError } from "../core/errors.ts";
import type { BatchLimits, ItemResult } from "./item-result.ts";
import { jsonExcess } from "./json-excess.ts";
import { LIMITS } from "./limits.ts";

const utf8 = new TextDecoder("utf-8");
const NEWLINE = 0x0a;

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
  if (type === "application/x-ndjson" || type === "application/ndjson" || type === "application/jsonl") {
    return linesOf(body, limits).map(parse);
  }
  if (type !== "application/json" && type !== "" && !type.endsWith("+json")) {
    throw new VisionError("UNSUPPORTED_MEDIA_TYPE", `"${type.slice(0, 100)}" is not understood here.`);
  }
  const parsed = parse(body);
  if ("error" in parsed) throw new VisionError("REQUEST_INVALID", `The body ${parsed.error}.`);
  if (!Array.isArray(parsed.item)) return [parsed];
  checkCount(parsed.item.length, limits);
  return parsed.item.map((item: unknown) => ({ item }));
}

/** Lines that are not blank, cut one by one: a body of nothing but ends of lines would otherwise become as many texts. */
function linesOf(body: Uint8Array, limits: BatchLimits): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(NEWLINE, start);
    const end = found < 0 ? body.length : found;
    if (!isBlank(body, start, end)) lines.push(body.subarray(start, end));
    checkCount(lines.length, limits);
    start = end + 1;
  }
  return lines;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}

/** Throws REQUEST_TOO_LARGE. */
export function checkCount(items: number, { maxItems }: BatchLimits): void {
  if (items <= maxItems) return;
  throw new VisionError("REQUEST_TOO_LARGE", `The body has more than ${maxItems} items.`);
}

function parse(bytes: Uint8Array): ItemResult<unknown> {
  const excess = jsonExcess(bytes, LIMITS.apiJsonDepth);
  if (excess) return { error: excess };
  try {
    return { item: JSON.parse(utf8.decode(bytes)) };
  } catch {
    return { error: "is not valid JSON" };
  }
}
