import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { AnalyserProcess, eventually } from "./analyser-process.ts";
import type { FuzzBox, FuzzResult } from "./fuzz-target.ts";
import { mutate, oneOf, pick, randomBytes } from "./mutate.ts";

export const name = "http";

const SIDE_BY_SIDE = 24;
/** How long a silent server is waited for before the client goes away. */
const PATIENCE_MILLISECONDS = 150;
/** For places that go back when their clients are seen to be gone. */
const ANSWER_SECONDS = 15;
const LEFT_OPEN_SECONDS = 30;

const LABEL = '{"id":"a","label":"water"}';
const REQUESTS = [
  "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n",
  "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /?window=1h&window=2h&refresh=off HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /gallery/live/images/l1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /v1/assessment HTTP/1.1\r\nHost: localhost\r\n\r\n",
  `POST /v1/labels HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${LABEL.length}\r\n\r\n${LABEL}`,
  `POST /v1/labels HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n${LABEL}\r\n0\r\n\r\n`,
  'POST /v1/observations HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 59\r\n\r\n--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n{}\r\n--b--\r\n',
  "POST / HTTP/1.1\r\nHost: localhost\r\nce-type: org.kubeflow.serving.inference.request\r\nce-id: 1\r\nContent-Length: 2\r\n\r\n{}",
] as const;

const HEADS = [
  "Transfer-Encoding: chunked\r\nContent-Length: 5",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding : chunked",
  "Transfer-Encoding: xchunked",
  "Content-Length: 5\r\nContent-Length: 6",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Content-Length: 4294967296",
  "Content-Length: 0x10",
  " folded: x",
  "no colon",
  "A\u0000B: x",
  "Expect: 100-continue",
  "Expect: 999-nothing",
  "Upgrade: websocket\r\nConnection: Upgrade",
  "Connection: close, keep-alive, upgrade",
  "Host: other\r\nHost: another",
  "Content-Encoding: gzip",
  "Content-Encoding: br",
  "Content-Encoding: rot13",
  "Authorization: Basic \u00ff",
  `X-Long: ${"x".repeat(20_000)}`,
  "X: 1\r\n".repeat(1500).trim(),
  "__proto__: x\r\nconstructor: y",
  "Accept: application/openmetrics-text;q=NaN,*/*;q=1e999",
  "If-None-Match: *\r\nRange: bytes=0-99999999999",
] as const;

const WHOLE: readonly ((random: Random) => Buffer)[] = [
  (random) => randomBytes(random, 1 + pick(random, 200)),
  () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1"),
  () => Buffer.from("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "latin1"),
  () => Buffer.from("GET /\r\n\r\n"),
  () => Buffer.from("GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\n\r\n"),
  () => Buffer.from("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
  () => Buffer.from("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
  () => Buffer.from(`GET /${"%2e%2e/".repeat(500)}%00 HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  () => Buffer.from(`GET /?${"a[]=1&".repeat(1500)} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  (random) => Buffer.from(oneOf(random, REQUESTS).repeat(30)),
  () => Buffer.from(`${"\r\n".repeat(5000)}${REQUESTS[1]}`),
  () => gzipped(Buffer.alloc(4 << 20)),
  (random) => gzipped(randomBytes(random, 20)).subarray(0, -5),
];

function gzipped(content: Buffer): Buffer {
  const body = gzipSync(content);
  const head = `POST /v1/labels HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** What one connection sends: a request with a strange head, one damaged anywhere, or no request at all; cut into pieces. */
export function httpStream(random: Random): Buffer[] {
  const bytes = whole(random);
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = random.next() < 0.5 ? bytes.length : offset + 1 + pick(random, bytes.length);
    pieces.push(bytes.subarray(offset, end));
    offset = end;
  }
  return pieces;
}

function whole(random: Random): Buffer {
  const kind = random.next();
  if (kind < 0.15) return oneOf(random, WHOLE)(random);
  const request = oneOf(random, REQUESTS);
  if (kind < 0.6) return mutate(Buffer.from(request), random);
  const changed = request.replace("\r\n", () => `\r\n${oneOf(random, HEADS)}\r\n`);
  return kind < 0.9 ? Buffer.from(changed, "latin1") : mutate(Buffer.from(changed, "latin1"), random);
}

/** Sends it, and goes away: at the first answer, after half-closing, without a word, or when nothing comes. */
function send(port: number, pieces: readonly Buffer[], random: Random): Promise<void> {
  return new Promise((resolve) => {
    const manner = random.next();
    const socket = connect(port, "127.0.0.1", () => {
      for (const piece of pieces) socket.write(piece);
      if (manner < 0.7) socket.end();
      else if (manner < 0.8) socket.resetAndDestroy();
    });
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MILLISECONDS);
    socket.on("error", () => {});
    socket.on("data", () => manner > 0.4 && socket.destroy());
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** At the three servers of a real analyser; afterwards all three still answer, nothing is left open, nothing failed inside. */
export async function fuzzHttp({
  seed,
  runs = Number.POSITIVE_INFINITY,
  seconds = Number.POSITIVE_INFINITY,
}: FuzzBox): Promise<FuzzResult> {
  const analyser = await AnalyserProcess.start();
  try {
    const openBefore = analyser.openFiles;
    const end = performance.now() + seconds * 1000;
    const ports = Object.values(analyser.ports);
    let started = 0;
    const worker = async (): Promise<void> => {
      while (started < runs && performance.now() < end && analyser.isRunning) {
        const random = seededRandom(seed * 1_000_003 + started++);
        await send(oneOf(random, ports), httpStream(random), random);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
    return { runs: started, ...(await judge(analyser, openBefore)) };
  } finally {
    await analyser.stop();
  }
}

async function judge(analyser: AnalyserProcess, openBefore: number): Promise<Omit<FuzzResult, "runs">> {
  const failures = analyser.said.split("\n").filter((line) => line.includes('"level":"error"'));
  if (!analyser.isRunning) return { crashes: 1, stuck: 0, note: analyser.said.slice(-500) };
  const answers = await eventually(() => analyser.answers(), ANSWER_SECONDS);
  const closed = await eventually(async () => analyser.openFiles <= openBefore, LEFT_OPEN_SECONDS);
  const note = `open files ${openBefore} before, ${analyser.openFiles} after; ${failures.slice(0, 3).join(" ")}`;
  return { crashes: failures.length, stuck: (answers ? 0 : 1) + (closed ? 0 : 1), note };
}

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzHttp({ seconds, seed });
}
