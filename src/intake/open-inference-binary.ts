import type { OpenExchange } from "./open-exchange.ts";
import { hasTensors, readReplyMessage } from "./open-inference.ts";
import { type Parts, readMessage, splitMessage } from "./open-inference-message.ts";
import { decodeMessages } from "./open-inference-request.ts";
import type { Protocol } from "./protocol.ts";

/** Open Inference Protocol v2 with Triton's binary tensor data extension: JSON, then raw tensors. */
export const openInferenceBinary: Protocol = {
  name: "open_inference_binary",
  matches: (open) => open.exchange.requestHeaders.has("inference-header-content-length") || lostItsHeader(open),
  async decode(open, options) {
    const parts = splitRequest(open);
    const request = parts && readMessage(parts.head, "inputs", parts.binary);
    if (!request) return { reason: "malformed_body" };
    return decodeMessages(open, request, readReplyMessage(open), options);
  },
};

function lostItsHeader({ exchange, requestBody, requestJson }: OpenExchange): boolean {
  return requestJson === undefined && hasTensors(splitMessage(requestBody, exchange.requestHeaders)?.head);
}

function splitRequest({ exchange, requestBody }: OpenExchange): Parts | undefined {
  const headless = exchange.requestHeaders.get("inference-header-content-length") === "0";
  // Triton's "raw binary request": no JSON, the body is the one input.
  if (headless) return { head: { inputs: [{ datatype: "BYTES" }] }, binary: requestBody };
  return splitMessage(requestBody, exchange.requestHeaders);
}
