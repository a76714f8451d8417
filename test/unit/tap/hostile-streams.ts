import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { OpaqueReason } from "../../../src/tap/reasons.ts";
import { bytes } from "./observed.ts";

/** One connection: what the client sends, what the model server sends after it, and what an observer may make of it. */
export interface HostileStream {
  readonly name: string;
  readonly request: Buffer;
  readonly reply: Buffer;
  /** Exchanges seen whole. */
  readonly exchanges: number;
  readonly opaque?: OpaqueReason;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

function stream(name: string, request: string, reply: string, exchanges: number, opaque?: OpaqueReason): HostileStream {
  return { name, request: bytes(request), reply: bytes(reply), exchanges, ...(opaque && { opaque }) };
}

function post(fields: string, body: string): string {
  return `POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
}

function chunked(body: string, version = "1.1"): string {
  return `POST /c HTTP/${version}\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}

function reply(fields: string, body: string, status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n${body}`;
}

const UNDERSTOOD: readonly HostileStream[] = [
  stream("plain GET", GET, OK, 1),
  stream("POST with a length", post("Content-Length: 5", "image"), OK, 1),
  stream("POST without a body", post("Content-Length: 0", ""), OK, 1),
  stream("three pipelined GETs", GET.repeat(3), OK.repeat(3), 3),
  stream("pipelined POSTs", post("Content-Length: 3", "abc").repeat(4), OK.repeat(4), 4),
  stream("binary body with line ends inside", post("Content-Length: 8", "\r\n\r\n\0\xff\r\n"), OK, 1),
  stream("chunked request", chunked("5\r\nimage\r\n0\r\n\r\n"), OK, 1),
  stream("chunked with extensions", chunked('5;a=b;c="d e"\r\nimage\r\n0;last\r\n\r\n'), OK, 1),
  stream("chunked with trailers", chunked("5\r\nimage\r\n0\r\nDigest: x\r\nX-Id: 7\r\n\r\n"), OK, 1),
  stream("chunked in one-byte chunks", chunked(`${"1\r\nx\r\n".repeat(40)}0\r\n\r\n`), OK, 1),
  stream("chunk size in capitals and with zeros", chunked("00A\r\n0123456789\r\n0\r\n\r\n"), OK, 1),
  stream("chunked body that looks like a request", chunked(`1c\r\n${GET}\r\n0\r\n\r\n`), OK, 1),
  stream("encoding in capitals", post("Transfer-Encoding: CHUNKED", "1\r\nx\r\n0\r\n\r\n"), OK, 1),
  stream("chunked reply", GET, reply("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n"), 1),
  stream("chunked reply with trailers", GET, reply("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\nX-T: 1\r\n\r\n"), 1),
  stream("reply until the connection ends", GET, reply("Content-Type: text/plain", "to the end"), 1),
  stream("empty reply until the connection ends", GET, reply("Content-Type: text/plain", ""), 1),
  stream("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nold", 1),
  stream("HEAD with a length", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", reply("Content-Length: 99", ""), 1),
  stream("HEAD, then GET", `HEAD / HTTP/1.1\r\nHost: h\r\n\r\n${GET}`, reply("Content-Length: 99", "") + OK, 2),
  stream("204", post("Content-Length: 1", "x"), "HTTP/1.1 204 No Content\r\n\r\n", 1),
  stream("204, then 200", GET + GET, `HTTP/1.1 204 No Content\r\n\r\n${OK}`, 2),
  stream("304 with a length", GET + GET, reply("Content-Length: 50", "", "304 Not Modified") + OK, 2),
  stream(
    "100 Continue",
    post("Expect: 100-continue\r\nContent-Length: 2", "ab"),
    `HTTP/1.1 100 Continue\r\n\r\n${OK}`,
    1,
  ),
  stream("103 Early Hints, twice", GET, `${reply("Link: </a>", "", "103 Early Hints").repeat(2)}${OK}`, 1),
  stream("early 413", post("Content-Length: 4", "abcd"), reply("Content-Length: 0", "", "413 Too Large"), 1),
  stream("no reason phrase", GET, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 1),
  stream("status outside the registry", GET, "HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n", 1),
  stream("repeated harmless fields", GET, reply("Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0", ""), 1),
  stream("empty field value", `GET / HTTP/1.1\r\nHost:\r\nX:   \t \r\n\r\n`, OK, 1),
  stream("bytes above 127 in a value", "GET /\xe9 HTTP/1.1\r\nX: \xfc\xa0\r\n\r\n", OK, 1),
  stream("unknown method", "FROB * HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("absolute target", "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("upgrade refused", "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", OK, 1),
  stream("names that poison objects", "GET / HTTP/1.1\r\n__proto__: 1\r\nconstructor: 2\r\n\r\n", OK, 1),
  stream("head just under the limit", `GET / HTTP/1.1\r\nX: ${"a".repeat(65_000)}\r\n\r\n`, OK, 1),
  stream("hundred short pipelined requests", GET.repeat(100), OK.repeat(100), 100),
  stream("request cut short", post("Content-Length: 10", "half"), "", 0),
  stream("reply cut short", GET, reply("Content-Length: 10", "half"), 0),
  stream("nothing at all", "", "", 0),
  stream("half a head", "GET / HTTP/1.1\r\nHos", "", 0),
  stream("204 with a body", GET, reply("Content-Length: 2", "ok", "204 No Content"), 1),
];

const OPAQUE: readonly HostileStream[] = [
  stream(
    "length and encoding",
    post("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nG"),
    OK,
    0,
    "length_and_encoding",
  ),
  stream(
    "encoding and length",
    post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
    OK,
    0,
    "length_and_encoding",
  ),
  stream("two encodings", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), OK, 0, "unknown_transfer_encoding"),
  stream(
    "encoding twice",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    OK,
    0,
    "unknown_transfer_encoding",
  ),
  stream("encoding identity", post("Transfer-Encoding: identity", ""), OK, 0, "unknown_transfer_encoding"),
  stream("encoding xchunked", post("Transfer-Encoding: xchunked", ""), OK, 0, "unknown_transfer_encoding"),
  stream("encoding with vertical tab", post("Transfer-Encoding: \x0bchunked", ""), OK, 0, "malformed_head"),
  stream("chunked under HTTP/1.0", chunked("0\r\n\r\n", "1.0"), OK, 0, "unknown_transfer_encoding"),
  stream("two lengths that differ", post("Content-Length: 1\r\nContent-Length: 2", "ab"), OK, 0, "bad_content_length"),
  stream("the same length twice", post("Content-Length: 1\r\nContent-Length: 1", "a"), OK, 0, "bad_content_length"),
  stream("length with a plus", post("Content-Length: +5", "image"), OK, 0, "bad_content_length"),
  stream("negative length", post("Content-Length: -1", ""), OK, 0, "bad_content_length"),
  stream("hexadecimal length", post("Content-Length: 0x5", "image"), OK, 0, "bad_content_length"),
  stream("length with a fraction", post("Content-Length: 5.0", "image"), OK, 0, "bad_content_length"),
  stream("empty length", post("Content-Length:", "image"), OK, 0, "bad_content_length"),
  stream("length of 40 digits", post(`Content-Length: ${"9".repeat(40)}`, ""), OK, 0, "bad_content_length"),
  stream("folded field", post("X: a\r\n b\r\nContent-Length: 0", ""), OK, 0, "obs_fold"),
  stream("folded with a tab", post("X: a\r\n\tb\r\nContent-Length: 0", ""), OK, 0, "obs_fold"),
  stream("space before the colon", post("Content-Length : 5", "image"), OK, 0, "malformed_head"),
  stream("field without a colon", post("Content-Length", ""), OK, 0, "malformed_head"),
  stream("field without a name", post(": 5", ""), OK, 0, "malformed_head"),
  stream("NUL in a value", post("X: a\0b", ""), OK, 0, "malformed_head"),
  stream("bare line feeds", "GET / HTTP/1.1\nHost: h\r\n\r\n", OK, 0, "bare_line_feed"),
  stream("bare carriage return in a value", "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", OK, 0, "bare_line_feed"),
  stream("only bare line feeds, then silence", "GET / HTTP/1.1\nHost: h\n\n", "", 0),
  stream("only bare line feeds, answered", "GET / HTTP/1.1\nHost: h\n\n", OK, 0, "reply_without_request"),
  stream("empty line first", `\r\n${GET}`, OK, 0, "not_http"),
  stream("empty line between requests", `${GET}\r\n${GET}`, OK + OK, 0, "malformed_head"),
  stream("two spaces in the request line", "GET  / HTTP/1.1\r\n\r\n", OK, 0, "malformed_head"),
  stream("tab in the request line", "GET\t/ HTTP/1.1\r\n\r\n", OK, 0, "malformed_head"),
  stream("HTTP/0.9", "GET /\r\n\r\n", OK, 0, "malformed_head"),
  stream("HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", OK, 0, "malformed_head"),
  stream("http in small letters", "GET / http/1.1\r\n\r\n", OK, 0, "malformed_head"),
  stream("chunk size 0x5", chunked("0x5\r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("negative chunk size", chunked("-5\r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("empty chunk size", chunked("\r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("chunk size of nine digits", chunked("100000000\r\nimage"), OK, 0, "bad_chunk"),
  stream("space behind the chunk size", chunked("5 \r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("chunk longer than its size", chunked("4\r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("bare line feed behind the chunk size", chunked("5\nimage\r\n0\r\n\r\n"), OK, 0, "bare_line_feed"),
  stream("bare carriage return in an extension", chunked("5;a\rb\r\nimage\r\n0\r\n\r\n"), OK, 0, "bad_chunk"),
  stream("endless chunk extension", chunked(`5;${"a".repeat(5000)}`), OK, 0, "bad_chunk"),
  stream("folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n"), OK, 0, "obs_fold"),
  stream(
    "trailers without an end",
    chunked(`0\r\n${`X: ${"a".repeat(1000)}\r\n`.repeat(80)}`),
    OK,
    0,
    "head_too_large",
  ),
  stream("head of 100 KB", `GET / HTTP/1.1\r\nX: ${"a".repeat(100_000)}\r\n\r\n`, OK, 0, "head_too_large"),
  stream(
    "head of 100 KB in many fields",
    `GET / HTTP/1.1\r\n${"X: a\r\n".repeat(16_000)}\r\n`,
    OK,
    0,
    "head_too_large",
  ),
  stream("70 KB without an end", `GET ${"a".repeat(70_000)}`, "", 0, "head_too_large"),
  stream("70 KB of binary", "\x80\x01\x02".repeat(23_000), "", 0, "not_http"),
  stream("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".padEnd(517, "\x5a"), "\x16\x03\x03", 0, "tls"),
  stream("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "\0\0\0\x04\0\0\0\0\0", 0, "http2"),
  stream(
    "WebSocket",
    "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x02hi",
    "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x02ho",
    0,
    "upgrade",
  ),
  stream(
    "switching protocols",
    "GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\x81\x02ho",
    0,
    "upgrade",
  ),
  stream(
    "CONNECT",
    "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n\x16\x03\x01",
    "HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03",
    0,
    "connect",
  ),
  stream("one reply too many", GET, OK + OK, 1, "reply_without_request"),
  stream("reply before any request", "", OK, 0, "reply_without_request"),
  stream("reply that is not HTTP", GET, "ICY 200 OK\r\n\r\n", 0, "malformed_head"),
  stream(
    "reply with length and encoding",
    GET,
    reply("Content-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    0,
    "length_and_encoding",
  ),
  stream("reply with two lengths", GET, reply("Content-Length: 2, 2", "ok"), 0, "bad_content_length"),
  stream("reply with gzip encoding", GET, reply("Transfer-Encoding: gzip", "xx"), 0, "unknown_transfer_encoding"),
  stream("reply with a bad chunk", GET, reply("Transfer-Encoding: chunked", "zz\r\n"), 0, "bad_chunk"),
  stream("reply with bare line feeds", GET, "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", 0, "bare_line_feed"),
  stream("status of two digits", GET, "HTTP/1.1 20 x\r\n\r\n", 0, "malformed_head"),
  stream(
    "refused expectation",
    post("Expect: 100-continue\r\nContent-Length: 9", ""),
    reply("Content-Length: 0", "", "417 No"),
    0,
    "early_final_reply",
  ),
  stream("101 pipelined requests", GET.repeat(101), OK.repeat(101), 0, "pipeline_too_deep"),
];

export const NAMED_STREAMS: readonly HostileStream[] = [...UNDERSTOOD, ...OPAQUE];

/** Streams with one to three random faults each; nothing is promised about them but that they pass unchanged. */
export function mutatedStreams(count: number, seed: number): Pick<HostileStream, "name" | "request" | "reply">[] {
  const random = seededRandom(seed);
  const short = NAMED_STREAMS.filter(({ request }) => request.length < 2000);
  return Array.from({ length: count }, (_, index) => {
    const base = short[index % short.length] as HostileStream;
    return {
      name: `${base.name}, mutation ${index}`,
      request: mutate(base.request, random),
      reply: mutate(base.reply, random),
    };
  });
}

function mutate(original: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(original);
  for (let faults = 1 + Math.floor(random.next() * 3); faults > 0; faults--) {
    const at = Math.floor(random.next() * (mutated.length + 1));
    const length = Math.floor(random.next() * 8);
    const kind = Math.floor(random.next() * 4);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    if (kind === 0) mutated = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 1) mutated = Buffer.concat([before, after.subarray(0, length), after]);
    else if (kind === 2) mutated = Buffer.concat([before, Buffer.from([Math.floor(random.next() * 256)]), after]);
    else mutated = Buffer.concat([before, Buffer.from([Math.floor(random.next() * 256)]), after.subarray(1)]);
  }
  return mutated;
}
