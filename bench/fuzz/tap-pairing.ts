import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { CaptureBudget } from "../../src/tap/capture-budget.ts";
import type { CapturedExchange } from "../../src/tap/exchange-capture.ts";
import { ExchangeSampling } from "../../src/tap/exchange-sampling.ts";
import { Http1Observer } from "../../src/tap/http1-observer.ts";
import { newTapCounters, type TapCounters } from "../../src/tap/tap-counters.ts";
import { damagedRequests } from "./hostile-streams.ts";

export interface Pairing {
  readonly streams: number;
  /** Exchanges in which the server told what it had read. */
  readonly told: number;
  readonly opaque: number;
  /** What the observer took for something else than the server did, or what it threw. */
  readonly faults: readonly string[];
}

const AFTERWARDS =
  "GET /after/1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /after/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nafter";
/** Turns of the event loop in which the server answers all it has read: the end of the client would cut that off. */
const ANSWER_TURNS = 8;
const CLOCK = { nowSeconds: () => 0, monotonicSeconds: () => 0 };

/**
 * Damaged requests with well-formed ones behind them, read by Node's own HTTP server in memory and by the observer. The server
 * answers with what it read, so an exchange is rightly paired when its reply tells the same request. `lenient` lets the server
 * accept what it should not: whatever the observer still understands must then be understood in the same way.
 */
export async function pairDamaged(count: number, seed: number, lenient: boolean): Promise<Pairing> {
  const server = createServer(
    { insecureHTTPParser: lenient, requireHostHeader: false, keepAliveTimeout: 0 },
    answerWithWhatWasRead,
  );
  const random = seededRandom(seed);
  const faults: string[] = [];
  let told = 0;
  let opaque = 0;
  for (const { name, request } of damagedRequests(count, seed)) {
    const seen = await pass(server, cutAnywhere(Buffer.concat([request, Buffer.from(AFTERWARDS)]), random), random);
    opaque += Object.values(seen.counters.opaqueConnections).reduce((sum, each) => sum + each, 0);
    told += seen.exchanges.filter(isTold).length;
    if (seen.counters.openCaptureBytes !== 0) faults.push(`${name}: bytes are held for nothing`);
    faults.push(...seen.faults, ...seen.exchanges.filter((each) => isTold(each) && !isRight(each)).map(() => name));
  }
  server.close();
  return { streams: count, told, opaque, faults };
}

function answerWithWhatWasRead(request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const read = { method: request.method, path: request.url, body: Buffer.concat(pieces).toString("latin1") };
    response.writeHead(200, { "x-read": "1" }).end(JSON.stringify(read));
  });
}

interface Seen {
  readonly exchanges: CapturedExchange[];
  readonly counters: TapCounters;
  readonly faults: string[];
}

/** One connection in memory, the observer between its ends as in the tap. */
async function pass(server: Server, pieces: readonly Buffer[], random: Random): Promise<Seen> {
  const counters = newTapCounters();
  const exchanges: CapturedExchange[] = [];
  const observer = new Http1Observer({
    budget: new CaptureBudget({ messageBytes: 1 << 20, totalBytes: 1 << 20 }, counters),
    sampling: new ExchangeSampling({ ratio: 1 }, random),
    clock: CLOCK,
    counters,
    onExchange: (exchange) => exchanges.push(exchange),
  });
  const faults: string[] = [];
  const look = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      faults.push((error as Error).stack ?? "");
    }
  };
  const [client, serverEnd] = duplexPair();
  client.on("data", (piece: Buffer) => look(() => observer.response(piece)));
  const ended = firstOf([client, "end"], [client, "close"], [serverEnd, "close"]);
  server.emit("connection", serverEnd);
  for (const piece of pieces) {
    // Before the write, because in memory the answer may come during it.
    look(() => observer.request(piece));
    if (client.writable) client.write(piece);
    await new Promise(setImmediate);
  }
  for (let turn = 0; turn < ANSWER_TURNS; turn++) await new Promise(setImmediate);
  client.end();
  await ended;
  look(() => observer.responseEnd());
  look(() => observer.close());
  return { exchanges, counters, faults };
}

function firstOf(...events: readonly [Duplex, string][]): Promise<void> {
  return new Promise((resolve) => {
    for (const [stream, event] of events) stream.on("error", () => {}).once(event, resolve);
  });
}

function cutAnywhere(stream: Buffer, random: Random): Buffer[] {
  const at = Math.floor(random.next() * stream.length);
  return random.next() < 0.5
    ? [stream]
    : [stream.subarray(0, at), stream.subarray(at)].map((part) => Buffer.from(part));
}

function isTold({ responseHeaders }: CapturedExchange): boolean {
  return responseHeaders.get("x-read") === "1";
}

function isRight({ method, path, requestBody, responseBody }: CapturedExchange): boolean {
  const read = { method, path, body: Buffer.concat(requestBody).toString("latin1") };
  // A reply to HEAD has no body to compare.
  return method === "HEAD" || Buffer.concat(responseBody).toString() === JSON.stringify(read);
}
