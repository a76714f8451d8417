import type { ExchangeDropReason } from "../core/drop-reasons.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Inference } from "../core/inference.ts";
import { aliases, carriedIds, cleanId, contentId, itemId, makeId } from "./ids.ts";
import { jsonImage } from "./json-image.ts";
import { kserveV1 } from "./kserve-v1.ts";
import { LIMITS } from "./limits.ts";
import { mapped } from "./mapped.ts";
import { mapIds } from "./mapping.ts";
import { multipart } from "./multipart.ts";
import { type OpenExchange, openExchange } from "./open-exchange.ts";
import { openInference } from "./open-inference.ts";
import { openInferenceBinary } from "./open-inference-binary.ts";
import type { Contents, IntakeOptions, Protocol } from "./protocol.ts";
import { rawImage } from "./raw-image.ts";

export type { IntakeOptions } from "./protocol.ts";

/** In sniffing order: the first that matches decodes. */
export const PROTOCOLS: readonly Protocol[] = [
  mapped,
  openInferenceBinary,
  openInference,
  kserveV1,
  rawImage,
  multipart,
  jsonImage,
];

export type DecodedExchange =
  | { readonly protocol: string; readonly inferences: readonly Inference[] }
  | { readonly reason: ExchangeDropReason };

/** What an exchange means. Never rejects: a body that nobody foresaw must cost one exchange, not the process. */
export async function decodeExchange(exchange: Exchange, options: IntakeOptions): Promise<DecodedExchange> {
  try {
    return await decode(exchange, options);
  } catch {
    return { reason: "malformed_body" };
  }
}

async function decode(exchange: Exchange, options: IntakeOptions): Promise<DecodedExchange> {
  if (exchange.status < 200 || exchange.status > 299) return { reason: "not_successful" };
  if (exchange.requestBody.length === 0) return { reason: "no_content" };
  const open = await openExchange(exchange, options.maxBodyBytes);
  if ("reason" in open) return open;
  const protocol = PROTOCOLS.find((candidate) => candidate.matches(open, options));
  const decoded = protocol ? await protocol.decode(open, options) : { reason: "unknown_protocol" as const };
  if (open.isOverJsonLimit) return { reason: "body_too_large" };
  if ("reason" in decoded) return decoded;
  if (Math.max(decoded.images.length, decoded.predictions.length) > LIMITS.images) return { reason: "body_too_large" };
  const inferences = toInferences(open, decoded, options);
  return inferences.length === 0 ? { reason: "no_content" } : { protocol: protocol?.name ?? "", inferences };
}

function toInferences(open: OpenExchange, contents: Contents, options: IntakeOptions): Inference[] {
  const { exchange } = open;
  const count = Math.max(contents.images.length, contents.predictions.length);
  const ids = itemIds(open, contents, count, options);
  const model = contents.model ?? exchange.requestHeaders.get("ce-inferenceservicename") ?? "";
  return Array.from({ length: count }, (_, k) => {
    const image = contents.images[k];
    const prediction = contents.predictions[k];
    const embedding = contents.embeddings?.[k];
    const own = ids[k] ?? [];
    return {
      ids: own.length > 0 ? own : [image ? contentId(image) : makeId(exchange.timeSeconds, options.random)],
      timeSeconds: exchange.timeSeconds,
      model: model.slice(0, LIMITS.nameLength),
      modelVersion: (contents.modelVersion ?? "").slice(0, LIMITS.nameLength),
      ...(image && { image }),
      ...(embedding && { embedding }),
      ...(prediction && { prediction }),
    };
  });
}

/** Ids of each item: those of the exchange with `#k` in a batch, after the item's own where the mapping has a `*` for it. */
function itemIds(open: OpenExchange, contents: Contents, count: number, options: IntakeOptions): string[][] {
  const mappedIds = mapIds(open.responseJson, open.requestJson, options.mapping?.id);
  const ids = mappedIds.many ? [] : mappedIds.values;
  const carried = carriedIds(open.exchange, contents.bodyIds ?? [], { header: options.idHeader, ids });
  return Array.from({ length: count }, (_, k) => {
    const own = mappedIds.many ? [cleanId(mappedIds.values[k])] : [];
    return aliases([...own, ...carried.map((id) => (count > 1 ? itemId(id, k) : id))]);
  });
}
