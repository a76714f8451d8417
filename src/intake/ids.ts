import { createHash } from "node:crypto";
import type { Exchange } from "../core/exchange.ts";
import type { ImageInput } from "../core/inference.ts";
import type { Random } from "../core/random.ts";
import { LIMITS } from "./limits.ts";

const REPLY_HEADERS = ["x-request-id", "x-bentoml-request-id", "ce-requestid", "ce-id"];
const REQUEST_HEADERS = ["x-request-id", "ce-requestid", "ce-id", "x-correlation-id", "x-amzn-sagemaker-inference-id"];
const CONTROL_OR_LONE_SURROGATE = /[\p{Cc}\p{Surrogate}]/gu;
const ITEM_SUFFIX = /#\d{1,6}$/;
const LONGEST_SUFFIX = 7;
/** Where control characters are looked for; an id of megabytes is cut before that. */
const MOST_CLEANED = 8 * LIMITS.idLength;

/**
 * The id as it is kept and compared: no control characters, at most 128 UTF-16 units with its `#k` whole. The same for ids of
 * inferences and of labels, or they would not meet. undefined for what is no id.
 */
export function cleanId(value: unknown): string | undefined {
  if (typeof value !== "string" && !Number.isSafeInteger(value)) return undefined;
  const whole = String(value);
  const end = whole.length > MOST_CLEANED ? whole.slice(-LONGEST_SUFFIX) : "";
  const text = (whole.slice(0, MOST_CLEANED) + end).replace(CONTROL_OR_LONE_SURROGATE, "").trim();
  if (text.length <= LIMITS.idLength) return text === "" ? undefined : text;
  const suffix = ITEM_SUFFIX.exec(text)?.[0] ?? "";
  const cut = text.slice(0, LIMITS.idLength - suffix.length);
  return cut.replace(CONTROL_OR_LONE_SURROGATE, "").trimEnd() + suffix;
}

/** The id of item k of a batch, k from 0. */
export function itemId(id: string, k: number): string {
  return cleanId(`${id}#${k}`) as string;
}

/** Ids that an exchange carries, the most telling first: configured header and place, reply, request, bodies, trace. */
export function carriedIds(
  { requestHeaders, responseHeaders }: Exchange,
  bodyIds: readonly unknown[],
  configured: { readonly header?: string | undefined; readonly ids?: readonly unknown[] },
): string[] {
  const { header, ids = [] } = configured;
  const found = [
    ...(header === undefined ? [] : [requestHeaders.get(header), responseHeaders.get(header)]),
    ...ids,
    ...REPLY_HEADERS.map((name) => responseHeaders.get(name)),
    ...REQUEST_HEADERS.map((name) => requestHeaders.get(name)),
    ...bodyIds,
    traceId(requestHeaders.get("traceparent")),
  ];
  return aliases(found.map(cleanId));
}

/** Each once, at most four. */
export function aliases(ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined))].slice(0, LIMITS.idsPerImage);
}

/** The trace id of a W3C traceparent. */
function traceId(header: string | undefined): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(header ?? "")?.[1];
}

/** Names an image after its bytes (or its pixels): a labelling tool that has only the file can make it again. */
export function contentId(image: ImageInput): string {
  const bytes = image.kind === "encoded" ? image.bytes : image.data;
  return `sha256:${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}`;
}

/** Shaped as a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance. */
export function makeId(timeSeconds: number, random: Random): string {
  const milliseconds = Math.max(0, Math.floor(timeSeconds * 1000)) % 2 ** 48;
  const time = milliseconds.toString(16).padStart(12, "0");
  const chance = Array.from({ length: 4 }, () => Math.floor(random.next() * 0x10000));
  const [a, b, c, d] = chance.map((word) => word.toString(16).padStart(4, "0")) as [string, string, string, string];
  const variant = "89ab"[Math.floor(random.next() * 4)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(1)}-${variant}${b.slice(1)}-${c}${d}${hexWord(random)}`;
}

function hexWord(random: Random): string {
  return Math.floor(random.next() * 0x10000)
    .toString(16)
    .padStart(4, "0");
}
