import { hashToUnit, type Random } from "../core/random.ts";

export interface SamplingOptions {
  /** Share of exchanges that the analyser gets, 0 to 1. */
  readonly ratio: number;
  /** Request header that carries the id, if the user named one; it is looked at first. */
  readonly idHeader?: string;
}

const ID_HEADERS = ["x-request-id", "ce-id", "x-correlation-id"];

/** The id by which replicas, retries and labels agree on a request; undefined when its head carries none. */
export function requestId(headers: ReadonlyMap<string, string>, idHeader?: string): string | undefined {
  const names = idHeader === undefined ? ID_HEADERS : [idHeader.toLowerCase(), ...ID_HEADERS];
  for (const name of names) {
    const id = headers.get(name);
    if (id) return id;
  }
  return traceId(headers.get("traceparent"));
}

/** A hash of the id decides, so the same request is in or out everywhere; chance decides only without an id. */
export class ExchangeSampling {
  readonly #options: SamplingOptions;
  readonly #random: Random;

  constructor(options: SamplingOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  keep(headers: ReadonlyMap<string, string>): boolean {
    const id = requestId(headers, this.#options.idHeader);
    const position = id === undefined ? this.#random.next() : hashToUnit(id);
    return position < this.#options.ratio;
  }
}

/** W3C Trace Context: version "-" trace-id (32 hex) "-" parent-id "-" flags. The parent-id differs between hops, the trace-id not. */
function traceId(traceparent: string | undefined): string | undefined {
  return traceparent && /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/.exec(traceparent)?.[1];
}
