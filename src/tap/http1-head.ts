import type { OpaqueReason } from "./reasons.ts";

/** Head of an HTTP/1 message: start line and fields. Names in lower case; repeated fields joined with ", ". */
export interface MessageHead {
  readonly startLine: string;
  readonly headers: Map<string, string>;
}

export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly minorVersion: 0 | 1;
}

export interface StatusLine {
  readonly status: number;
  readonly minorVersion: 0 | 1;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/**
 * RFC 9112 sections 2 to 5 without any leniency: what two implementations might read differently is refused. `text` is the
 * head in Latin-1 without the empty line at its end. Every step is linear in the length, because a stranger wrote the text.
 */
export function parseHead(text: string): MessageHead | OpaqueReason {
  const [startLine = "", ...fields] = text.split("\r\n");
  if (/[\r\n]/.test(startLine)) return "bare_line_feed";
  const headers = new Map<string, string>();
  for (const line of fields) {
    const field = parseField(line);
    if (typeof field === "string") return field;
    const earlier = headers.get(field.name);
    headers.set(field.name, earlier === undefined ? field.value : `${earlier}, ${field.value}`);
  }
  return { startLine, headers };
}

/** One field line, without its line end. */
export function parseField(line: string): { readonly name: string; readonly value: string } | OpaqueReason {
  if (/[\r\n]/.test(line)) return "bare_line_feed";
  if (line.startsWith(" ") || line.startsWith("\t")) return "obs_fold";
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  const value = line.slice(colon + 1);
  if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) return "malformed_head";
  return { name: name.toLowerCase(), value: trimBlanks(value) };
}

export function parseRequestLine(line: string): RequestLine | OpaqueReason {
  if (line === "PRI * HTTP/2.0") return "http2";
  const match = REQUEST_LINE.exec(line);
  if (!match) return "malformed_head";
  return { method: match[1] as string, path: match[2] as string, minorVersion: match[3] === "0" ? 0 : 1 };
}

export function parseStatusLine(line: string): StatusLine | OpaqueReason {
  const match = STATUS_LINE.exec(line);
  return match ? { status: Number(match[2]), minorVersion: match[1] === "0" ? 0 : 1 } : "malformed_head";
}

/** Only space and tab: `trim` would also take the no-break space, and a pattern with `+$` is quadratic. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

function isBlank(text: string, index: number): boolean {
  return text[index] === " " || text[index] === "\t";
}
