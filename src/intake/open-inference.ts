import { member } from "./json.ts";
import type { OpenExchange } from "./open-exchange.ts";
import { type Message, readMessage, splitMessage } from "./open-inference-message.ts";
import { decodeMessages, isInferPath } from "./open-inference-request.ts";
import type { Protocol } from "./protocol.ts";

const NOTHING = new Uint8Array();

/** Open Inference Protocol v2 with a JSON request: KServe, MLServer, Triton, OpenVINO Model Server. */
export const openInference: Protocol = {
  name: "open_inference",
  matches: ({ exchange, requestJson }) =>
    !exchange.requestHeaders.has("inference-header-content-length") &&
    (isInferPath(exchange.path) || hasTensors(requestJson)),
  async decode(open, options) {
    const request = readMessage(open.requestJson, "inputs", NOTHING);
    if (!request) return { reason: "malformed_body" };
    return decodeMessages(open, request, readReplyMessage(open), options);
  },
};

export function hasTensors(body: unknown): boolean {
  const inputs = member(body, "inputs");
  const first: unknown = Array.isArray(inputs) ? inputs[0] : undefined;
  return typeof member(first, "datatype") === "string" && Array.isArray(member(first, "shape"));
}

/** The reply may have a binary part whatever form the request had. */
export function readReplyMessage({ exchange, responseBody }: OpenExchange): Message | undefined {
  const parts = splitMessage(responseBody, exchange.responseHeaders);
  return parts && readMessage(parts.head, "outputs", parts.binary);
}
