import type { OpaqueReason } from "../../src/tap/reasons.ts";

/** One connection: what the client sends, what the model server sends after it, and what an observer may make of it. */
export interface HostileStream {
  readonly name: string;
  readonly request: Buffer;
  readonly reply: Buffer;
  /** Exchanges seen whole. */
  readonly exchanges: number;
  readonly opaque?: OpaqueReason;
}

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
export const GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

export function stream(
  name: string,
  request: string,
  reply: string,
  exchanges: number,
  opaque?: OpaqueReason,
): HostileStream {
  return {
    name,
    request: Buffer.from(request, "latin1"),
    reply: Buffer.from(reply, "latin1"),
    exchanges,
    ...(opaque && { opaque }),
  };
}

export function post(fields: string, body: string): string {
  return `POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
}

export function chunked(body: string, version = "1.1"): string {
  return `POST /c HTTP/${version}\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}

export function reply(fields: string, body: string, status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n${body}`;
}
