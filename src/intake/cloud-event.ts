import { VisionError } from "../core/errors.ts";
import { isObject, member, parseJson } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { readTime } from "./time-value.ts";

/** A CloudEvents 1.0 event that a model server's logger sent, in whichever mode. */
export interface CloudEvent {
  readonly kind: "request" | "response" | "feedback";
  /** The same for the two events of one exchange. */
  readonly key: string;
  /** NaN when the event states none. */
  readonly timeSeconds: number;
  /** What may be known of the logged message's headers: the attributes as `ce-*`, its content type, and what `ce-metadata` carries. */
  readonly headers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
}

const KINDS = [
  ["inference.request", "request"],
  ["inference.response", "response"],
  ["feedback", "feedback"],
] as const;

/** Binary mode (`ce-*` headers) or structured mode (application/cloudevents+json). Throws REQUEST_INVALID. */
export function readCloudEvent(headers: ReadonlyMap<string, string>, body: Uint8Array): CloudEvent {
  const structured = (headers.get("content-type") ?? "").toLowerCase().startsWith("application/cloudevents+json");
  const { attributes, contentType, data } = structured ? readStructured(body) : readBinary(headers, body);
  checkAttributes(attributes);
  const type = attributes.get("ce-type") ?? "";
  const kind = KINDS.find(([suffix]) => type.endsWith(suffix))?.[1];
  if (!kind) throw new VisionError("REQUEST_INVALID", `ce-type "${type.slice(0, 100)}" is not one that is understood.`);
  // Seldon gives each event an id of its own and joins by requestid; KServe gives both the same id.
  const id = attributes.get("ce-requestid") ?? attributes.get("ce-id");
  if (!id) throw new VisionError("REQUEST_INVALID", "The event has neither ce-id nor ce-requestid.");
  const place = ["ce-namespace", "ce-inferenceservicename", "ce-component", "ce-endpoint"];
  return {
    kind,
    key: [id, ...place.map((name) => attributes.get(name) ?? "")].join("\n"),
    timeSeconds: readTime(attributes.get("ce-time")),
    headers: messageHeaders(attributes, contentType),
    data,
  };
}

/** They are kept while the event waits for its other half, so they are bounded as the data is. */
function checkAttributes(attributes: ReadonlyMap<string, string>): void {
  const characters = attributeLength(attributes);
  if (attributes.size <= LIMITS.eventAttributes && characters <= LIMITS.eventAttributeBytes) return;
  throw new VisionError("REQUEST_INVALID", "The event has too many attributes, or too long ones.");
}

function attributeLength(attributes: ReadonlyMap<string, string>): number {
  let sum = 0;
  for (const [name, value] of attributes) sum += name.length + value.length;
  return sum;
}

interface Parts {
  readonly attributes: ReadonlyMap<string, string>;
  readonly contentType: string | undefined;
  readonly data: Uint8Array;
}

/** Other headers belong to the delivery: a mesh's x-request-id on it would name the event, not the inference. */
function readBinary(headers: ReadonlyMap<string, string>, body: Uint8Array): Parts {
  const attributes = new Map([...headers].filter(([name]) => name.startsWith("ce-")));
  return { attributes, contentType: headers.get("content-type"), data: body };
}

function readStructured(body: Uint8Array): Parts {
  const event = parseJson(body);
  if (!isObject(event)) throw new VisionError("REQUEST_INVALID", "The event is not a JSON object.");
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(event)) {
    if (typeof value === "string" && !name.startsWith("data")) attributes.set(`ce-${name.toLowerCase()}`, value);
  }
  const type = member(event, "datacontenttype");
  return { attributes, contentType: typeof type === "string" ? type : undefined, data: structuredData(event) };
}

function structuredData(event: unknown): Uint8Array {
  const base64 = member(event, "data_base64");
  if (typeof base64 === "string") return Buffer.from(base64, "base64");
  const data = member(event, "data");
  return Buffer.from(typeof data === "string" ? data : JSON.stringify(data ?? null));
}

/** KServe's `metadataHeaders` arrive as JSON in ce-metadata: `{"X-Request-Id": ["…"]}`. */
function messageHeaders(attributes: ReadonlyMap<string, string>, contentType: string | undefined): Map<string, string> {
  const headers = new Map([...attributes].filter(([name]) => name !== "ce-metadata"));
  if (contentType !== undefined) headers.set("content-type", contentType);
  const metadata = parseJson(Buffer.from(attributes.get("ce-metadata") ?? ""));
  if (!isObject(metadata)) return headers;
  for (const [name, value] of Object.entries(metadata)) {
    const values = Array.isArray(value) ? value : [value];
    if (values.every((entry) => typeof entry === "string")) headers.set(name.toLowerCase(), values.join(", "));
  }
  return headers;
}
