import type { OpaqueReason } from "../../src/tap/reasons.ts";
import { chunked, GET, type HostileStream, OK, post, reply, stream } from "./hostile-stream.ts";

/** What an attacker wants a second reader to take for a request of its own. */
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: h\r\nX: ";
const END = "0\r\n\r\n";

/** A chunked body that one reader ends at once while another goes on into the hidden request. */
function disguised(field: string, reason: OpaqueReason): HostileStream {
  const name = `encoding as ${JSON.stringify(field)}`;
  return stream(name, post(`Content-Length: 4\r\n${field}`, `${END}${HIDDEN}`), OK, 0, reason);
}

/** The same without a length: the spelling alone must be refused. */
function undisguised(field: string, reason: OpaqueReason): HostileStream {
  return stream(`only ${JSON.stringify(field)}`, post(field, `${END}${HIDDEN}`), OK, 0, reason);
}

function length(value: string, body = "image"): HostileStream {
  return stream(`length ${JSON.stringify(value)}`, post(`Content-Length: ${value}`, body), OK, 0, "bad_content_length");
}

function size(line: string, reason: OpaqueReason = "bad_chunk"): HostileStream {
  return stream(`chunk size ${JSON.stringify(line)}`, chunked(`${line}\r\nimage\r\n${END}${HIDDEN}`), OK, 0, reason);
}

const LENGTH_AGAINST_ENCODING: readonly HostileStream[] = [
  stream(
    "a hidden request behind the last chunk, by length one body",
    post(`Content-Length: ${END.length + HIDDEN.length}\r\nTransfer-Encoding: chunked`, END + HIDDEN),
    OK,
    0,
    "length_and_encoding",
  ),
  stream(
    "a hidden request inside a chunk, by length behind the body",
    post("Transfer-Encoding: chunked\r\nContent-Length: 4", `26\r\n${HIDDEN}abc\r\n${END}`),
    OK,
    0,
    "length_and_encoding",
  ),
  stream("length of zero with a hidden request", post("Content-Length: 0", HIDDEN), OK, 1),
  stream(
    "GET with a body that looks like a request",
    `${GET.slice(0, -2)}Content-Length: ${GET.length}\r\n\r\n${GET}`,
    OK,
    1,
  ),
  stream("length and a fold that hides another", post("Content-Length: 5\r\n 0", "image"), OK, 0, "obs_fold"),
  stream("length in a fold", post("X: y\r\n Content-Length: 5", "image"), OK, 0, "obs_fold"),
  stream("name of the length cut by a NUL", post("Content\0-Length: 5", "image"), OK, 0, "malformed_head"),
  stream("length with an underscore is no length", post("Content_Length: 5", ""), OK, 1),
  stream("empty line made of a space", `GET / HTTP/1.1\r\nHost: h\r\n \r\n${HIDDEN}\r\n\r\n`, OK, 0, "obs_fold"),
  stream("carriage returns doubled", "GET / HTTP/1.1\r\r\nHost: h\r\r\n\r\r\n", "", 0),
  stream("carriage returns doubled, then an end", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", OK, 0, "bare_line_feed"),
  stream("line feed before a carriage return", "GET / HTTP/1.1\n\rHost: h\r\n\r\n", OK, 0, "bare_line_feed"),
];

const DISGUISES: readonly HostileStream[] = [
  disguised("Transfer-Encoding : chunked", "malformed_head"),
  disguised(" Transfer-Encoding: chunked", "obs_fold"),
  disguised("\tTransfer-Encoding: chunked", "obs_fold"),
  disguised("X: y\nTransfer-Encoding: chunked", "bare_line_feed"),
  disguised("X: y\rTransfer-Encoding: chunked", "bare_line_feed"),
  disguised("Transfer-Encoding:\r\n chunked", "obs_fold"),
  disguised("Transfer-Encoding\r\n : chunked", "malformed_head"),
  disguised("Transfer-Encoding: \tchunked", "length_and_encoding"),
  disguised("Transfer-Encoding:chunked", "length_and_encoding"),
  disguised("transfer-ENCODING: chunked", "length_and_encoding"),
  disguised("Transfer-Encoding\0: chunked", "malformed_head"),
  disguised("Transfer-Encoding: chunked\0", "malformed_head"),
  disguised("Transfer-Encoding: chunked\x0c", "malformed_head"),
  disguised("\x0bTransfer-Encoding: chunked", "malformed_head"),
  disguised("\xa0Transfer-Encoding: chunked", "malformed_head"),
  disguised("Transf\xe9r-Encoding: chunked", "malformed_head"),
  disguised("Transfer-Encoding", "malformed_head"),
  undisguised('Transfer-Encoding: "chunked"', "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: 'chunked'", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: chunked;q=1", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: chunked,", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: ,chunked", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: chunked, identity", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: c hunked", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: chunk\xe9d", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: \xa0chunked", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding:", "unknown_transfer_encoding"),
  undisguised("Transfer-Encoding: deflate", "unknown_transfer_encoding"),
  stream(
    "an encoding only Transfer_Encoding names",
    post("Transfer_Encoding: chunked\r\nContent-Length: 5", END),
    OK,
    1,
  ),
];

const LENGTHS: readonly HostileStream[] = [
  "5, 5",
  "5,5",
  "5 5",
  "5;",
  '"5"',
  "5\xa0",
  "5e0",
  "0b101",
  "0o5",
  "1_0",
  "٥".replace(/./u, "\xd9\xa5"),
  "Infinity",
  "NaN",
  "18446744073709551616",
  "18446744073709551621",
  "4294967301:",
  "- 5",
  "--5",
].map((value) => length(value));

const CHUNKS: readonly HostileStream[] = [
  ..."+5|5_|5.0|5x|٥|5 5|\t5| 5|g|0x|;|5 a|5\0|5,5"
    .split("|")
    .map((line) => size(Buffer.from(line).toString("latin1"))),
  size("0000000005"),
  size("FFFFFFFFFFFFFFFF"),
  size("5;a\nb", "bare_line_feed"),
  size("5;\x01", "bad_chunk"),
  stream("chunk with a bare line feed at its end", chunked(`5\r\nimage\n${END}`), OK, 0, "bare_line_feed"),
  stream("chunk with a carriage return too many", chunked(`5\r\nimage\r\r\n${END}`), OK, 0, "bad_chunk"),
  stream("chunk without its end", chunked(`5\r\nimage${END}`), OK, 0, "bad_chunk"),
  stream("last chunk of many zeros", chunked("5\r\nimage\r\n00000000\r\n\r\n"), OK, 1),
  stream("largest chunk size of eight digits", chunked("ffffffff\r\nimage"), "", 0),
  stream("trailer that names a length", chunked("5\r\nimage\r\n0\r\nContent-Length: 7\r\n\r\n") + GET, OK + OK, 2),
  stream("trailer that names an encoding", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n") + GET, OK + OK, 2),
  stream("trailer without a colon", chunked("0\r\nfield\r\n\r\n"), OK, 0, "malformed_head"),
  stream("extension quoted over a line end", chunked(`5;a="b\r\nimage"\r\n${END}`), OK, 0, "bad_chunk"),
];

const TARGETS: readonly HostileStream[] = [
  stream("asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("authority without CONNECT", "GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("absolute target of another host", "GET http://other/a HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("absolute target with a password", "POST http://u:p@h:1/ HTTP/1.1\r\nContent-Length: 0\r\n\r\n", OK, 1),
  stream("target with a fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("target that climbs", "GET /../../%2e%2e%00 HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("target with a space", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("target with a NUL", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("no target", "GET HTTP/1.1\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("small-letter method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("small-letter connect", "connect h:1 HTTP/1.1\r\nHost: h\r\n\r\n", OK, 1),
  stream("method with a colon", "GE:T / HTTP/1.1\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("method of 300 letters", `${"M".repeat(300)} / HTTP/1.1\r\nHost: h\r\n\r\n`, OK, 1),
  stream("target of 8 KB", `GET /${"a".repeat(8192)} HTTP/1.1\r\nHost: h\r\n\r\n`, OK, 1),
  stream("version with three digits", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("version 3.0", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", OK, 0, "malformed_head"),
  stream("no version, two hosts", "GET /\r\nHost: a\r\nHost: b\r\n\r\n", OK, 0, "malformed_head"),
  stream("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", OK, 1),
  stream("no host", "GET / HTTP/1.1\r\n\r\n", OK, 1),
];

const REPLIES: readonly HostileStream[] = [
  stream("HTTP/0.9 page", "GET /\r\n", "<html>old</html>", 0),
  stream("HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".repeat(2), OK + OK, 2),
  stream(
    "two interim replies, then the end",
    post("Expect: 100-continue\r\nContent-Length: 1", "x"),
    `HTTP/1.1 100 Continue\r\n\r\n${reply("Link: </a>", "", "103 Early Hints")}${OK}`,
    1,
  ),
  stream("102 without an end", GET, "HTTP/1.1 102 Processing\r\n\r\n", 0),
  stream("100 with a length", GET, `${reply("Content-Length: 2", "", "100 Continue")}${OK}`, 1),
  stream("upgrade to h2c taken", GET, reply("Upgrade: h2c", "\0\0\0\x04\0\0\0\0\0", "101 Switching"), 0, "upgrade"),
  stream("304 with an encoding", GET + GET, reply("Transfer-Encoding: chunked", "", "304 Not Modified") + OK, 2),
  stream("HEAD with an encoding", `HEAD / HTTP/1.1\r\n\r\n${GET}`, reply("Transfer-Encoding: chunked", "") + OK, 2),
  stream("HEAD with a body all the same", "HEAD / HTTP/1.1\r\n\r\n", OK, 1),
  stream("204 with a body, then a reply", GET + GET, reply("X: y", "body", "204 None") + OK, 1, "malformed_head"),
  stream("folded reply", GET, reply("X: a\r\n b\r\nContent-Length: 0", ""), 0, "obs_fold"),
  stream("NUL in a reply", GET, reply("X: \0\r\nContent-Length: 0", ""), 0, "malformed_head"),
  stream("status 000", GET, "HTTP/1.1 000 x\r\n\r\n", 0, "malformed_head"),
  stream("status 1000", GET, "HTTP/1.1 1000 x\r\n\r\n", 0, "malformed_head"),
  stream("status without a space", GET, "HTTP/1.1\t200 OK\r\n\r\n", 0, "malformed_head"),
  stream("reply of 100 KB head", GET, reply(`X: ${"a".repeat(100_000)}`, ""), 0, "head_too_large"),
  stream("reply to half a request", "GET / HT", OK, 0, "reply_without_request"),
  stream("reply before the body of the request ends", post("Content-Length: 9", "half"), OK, 0),
  stream("gzip over chunks", GET, reply("Transfer-Encoding: gzip, chunked", END), 0, "unknown_transfer_encoding"),
  stream("HTTP/2 preface behind a request", `${GET}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, OK, 0, "http2"),
  stream("TLS hello behind a request", `${GET}\x16\x03\x01\x02`, OK, 0, "malformed_head"),
];

/** Requests that two readers take for different ones, each way we know; and replies that end where a reader does not expect it. */
export const SMUGGLING: readonly HostileStream[] = [
  ...LENGTH_AGAINST_ENCODING,
  ...DISGUISES,
  ...LENGTHS,
  ...CHUNKS,
  ...TARGETS,
  ...REPLIES,
];
