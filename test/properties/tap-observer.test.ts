import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mutatedStreams } from "../../bench/fuzz/hostile-streams.ts";
import type { Exchange } from "../../src/core/exchange.ts";
import { Observed, text } from "../unit/tap/observed.ts";

const SEED = 20261124;

interface Message {
  readonly body: Buffer;
  /** Sizes of the chunks in turn; undefined: framed by a length. */
  readonly chunkSizes: readonly number[] | undefined;
}

const message: fc.Arbitrary<Message> = fc.record({
  body: fc.uint8Array({ maxLength: 9000 }).map((body) => Buffer.from(body)),
  chunkSizes: fc.option(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }), {
    nil: undefined,
  }),
});
const pair = fc.record({
  request: message,
  reply: message,
  interim: fc.boolean(),
  path: fc.stringMatching(/^\/[a-z]{0,5}$/),
});
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4000 })), {
  minLength: 1,
  maxLength: 20,
});

type Pair = typeof pair extends fc.Arbitrary<infer T> ? T : never;

function framed(start: string, { body, chunkSizes }: Message): Buffer {
  if (!chunkSizes) return Buffer.concat([Buffer.from(`${start}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  const parts: Buffer[] = [Buffer.from(`${start}\r\nTransfer-Encoding: chunked\r\n\r\n`)];
  for (let offset = 0, turn = 0; offset < body.length; turn++) {
    const chunk = body.subarray(offset, offset + (chunkSizes[turn % chunkSizes.length] as number));
    parts.push(Buffer.from(`${chunk.length.toString(16)};turn=${turn}\r\n`), chunk, Buffer.from("\r\n"));
    offset += chunk.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\nX-Trailer: t\r\n\r\n")]);
}

function requestOf({ request, path }: Pair): Buffer {
  return framed(`POST ${path} HTTP/1.1`, request);
}

function replyOf({ reply, interim }: Pair): Buffer {
  return Buffer.concat([
    Buffer.from(interim ? "HTTP/1.1 103 Early Hints\r\n\r\n" : ""),
    framed("HTTP/1.1 200 OK", reply),
  ]);
}

/** Cuts into pieces of the given sizes, over and over; each piece has a memory block of its own, as from a socket. */
function cutAt(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0, turn = 0; offset < stream.length; turn++) {
    const piece = Buffer.from(stream.subarray(offset, offset + (sizes[turn % sizes.length] as number)));
    pieces.push(piece);
    offset += piece.length;
  }
  return pieces;
}

function summary({ path, requestBody, responseBody }: Exchange): unknown {
  return { path, request: text(requestBody), reply: text(responseBody) };
}

function expected(pairs: readonly Pair[]): unknown[] {
  return pairs.map(({ path, request, reply }) => ({ path, request: text(request.body), reply: text(reply.body) }));
}

describe("the observer, for every way a stream is cut", () => {
  it("gives the exchanges of pipelined requests", () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 4 }), cuts, cuts, (pairs, requestCuts, replyCuts) => {
        const seen = new Observed();
        seen.request(...cutAt(Buffer.concat(pairs.map(requestOf)), requestCuts));
        seen.response(...cutAt(Buffer.concat(pairs.map(replyOf)), replyCuts));
        expect(seen.exchanges.map(summary)).toEqual(expected(pairs));
        expect(seen.counters.openCaptureBytes).toBe(0);
        expect(seen.opaque).toBeUndefined();
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("gives the exchanges of one request after the other", () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 3 }), cuts, (pairs, sizes) => {
        const seen = new Observed();
        for (const one of pairs) seen.request(...cutAt(requestOf(one), sizes)).response(...cutAt(replyOf(one), sizes));
        expect(seen.exchanges.map(summary)).toEqual(expected(pairs));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it("makes the same of a damaged stream, and never throws", () => {
    const judge = (request: readonly Buffer[], reply: readonly Buffer[]): unknown => {
      const seen = new Observed().request(...request).response(...reply);
      seen.observer.responseEnd();
      seen.observer.close();
      expect(seen.counters.openCaptureBytes).toBe(0);
      return { exchanges: seen.exchanges.map(summary), opaque: seen.opaque };
    };
    const streams = mutatedStreams(10_000, SEED);
    fc.assert(
      fc.property(fc.constantFrom(...streams), cuts, ({ request, reply }, sizes) => {
        const whole = judge(cutAt(request, [1e6]), cutAt(reply, [1e6]));
        expect(judge(cutAt(request, sizes), cutAt(reply, sizes))).toEqual(whole);
      }),
      { seed: SEED, numRuns: 10_000 },
    );
  });
});
