import type { ExchangeDropReason } from "../core/drop-reasons.ts";
import type { Exchange } from "../core/exchange.ts";
import { decodeContent } from "./content-encoding.ts";
import { readJson } from "./json.ts";

/** An exchange with its content encodings undone. JSON is parsed once, when the first protocol asks for it. */
export class OpenExchange {
  readonly exchange: Exchange;
  readonly requestBody: Uint8Array;
  readonly responseBody: Uint8Array;
  #requestJson: ReturnType<typeof readJson> | undefined;
  #responseJson: ReturnType<typeof readJson> | undefined;

  constructor(exchange: Exchange, requestBody: Uint8Array, responseBody: Uint8Array) {
    this.exchange = exchange;
    this.requestBody = requestBody;
    this.responseBody = responseBody;
  }

  /** undefined when the body is no JSON. */
  get requestJson(): unknown {
    this.#requestJson ??= readIfJson(this.requestBody);
    return this.#requestJson.value;
  }

  get responseJson(): unknown {
    this.#responseJson ??= readIfJson(this.responseBody);
    return this.#responseJson.value;
  }

  /** Whether a body was asked for as JSON and is over a limit of it. */
  get isOverJsonLimit(): boolean {
    return this.#requestJson?.overLimit === true || this.#responseJson?.overLimit === true;
  }
}

export async function openExchange(
  exchange: Exchange,
  maxBytes: number,
): Promise<OpenExchange | { readonly reason: ExchangeDropReason }> {
  const { requestHeaders, requestBody, responseHeaders, responseBody } = exchange;
  const request = await decodeContent(requestBody, requestHeaders.get("content-encoding"), maxBytes);
  if ("reason" in request) return request;
  const response = await decodeContent(responseBody, responseHeaders.get("content-encoding"), maxBytes);
  if ("reason" in response) return response;
  return new OpenExchange(exchange, request.bytes, response.bytes);
}

/** Image files and forms are told from JSON by how they begin, so that megabytes are not turned into text in vain. */
const JSON_BEGINNING = /^(?:\xef\xbb\xbf)?\s*(?:[{["\d]|-\d|true|false|null|-?(?:NaN|Infinity))/;

function readIfJson(bytes: Uint8Array): ReturnType<typeof readJson> {
  const beginning = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  return JSON_BEGINNING.test(beginning) ? readJson(bytes) : { value: undefined, overLimit: false };
}
