import type { RequestLine, StatusLine } from "./http1-head.ts";
import type { OpaqueReason } from "./reasons.ts";

/** How the end of a body is found (RFC 9112 section 6.3). */
export type BodyFraming =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until_close" };

const NO_BODY: BodyFraming = { kind: "length", bytes: 0 };
const LENGTH = /^\d{1,15}$/;

export function requestFraming(line: RequestLine, headers: ReadonlyMap<string, string>): BodyFraming | OpaqueReason {
  return declaredFraming(line.minorVersion, headers) ?? NO_BODY;
}

/** `method` is that of the request being answered. */
export function replyFraming(
  line: StatusLine,
  headers: ReadonlyMap<string, string>,
  method: string,
): BodyFraming | OpaqueReason {
  if (method === "HEAD" || line.status < 200 || line.status === 204 || line.status === 304) return NO_BODY;
  return declaredFraming(line.minorVersion, headers) ?? { kind: "until_close" };
}

/** Both fields, or one of them in any doubtful spelling, is how requests are smuggled: refused. */
function declaredFraming(
  minorVersion: 0 | 1,
  headers: ReadonlyMap<string, string>,
): BodyFraming | OpaqueReason | undefined {
  const length = headers.get("content-length");
  const encoding = headers.get("transfer-encoding");
  if (encoding !== undefined) {
    if (length !== undefined) return "length_and_encoding";
    return minorVersion === 1 && encoding.toLowerCase() === "chunked"
      ? { kind: "chunked" }
      : "unknown_transfer_encoding";
  }
  if (length === undefined) return undefined;
  return LENGTH.test(length) ? { kind: "length", bytes: Number(length) } : "bad_content_length";
}
