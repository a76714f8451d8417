import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../../src/core/exchange.ts";
import { encodeExchange, type Frame, FrameDecoder } from "../../src/tap/frames.ts";
import { inPieces, text } from "../unit/tap/observed.ts";

const SEED = 20261124;
const headers = fc
  .array(fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), { maxLength: 5 })
  .map((pairs) => new Map(pairs));
const body = fc.uint8Array({ maxLength: 2000 });
const exchange: fc.Arbitrary<Exchange> = fc.record({
  timeSeconds: fc.double({ min: 0, max: 1e10, noNaN: true }),
  method: fc.string(),
  path: fc.string({ unit: "binary" }),
  requestHeaders: headers,
  requestBody: body,
  status: fc.integer({ min: 100, max: 599 }),
  responseHeaders: headers,
  responseBody: body,
});

function plain({ requestBody, responseBody, ...rest }: Exchange): unknown {
  return { ...rest, requestBody: text(requestBody), responseBody: text(responseBody) };
}

function decode(bytes: Buffer, size: number): Frame[] | undefined {
  const decoder = new FrameDecoder(10_000);
  const frames: Frame[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    const decoded = decoder.push(bytes.subarray(offset, offset + size));
    if (!decoded) return undefined;
    frames.push(...decoded);
  }
  return frames;
}

describe("frames", () => {
  it("bring every exchange back, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 4 }), fc.integer({ min: 1, max: 5000 }), (exchanges, size) => {
        const frames = decode(Buffer.concat(exchanges.flatMap((one) => encodeExchange(inPieces(one)))), size);
        const back = frames?.map((frame) => (frame.kind === "exchange" ? plain(frame.exchange) : frame));
        // JSON knows no negative zero.
        expect(JSON.stringify(back)).toEqual(JSON.stringify(exchanges.map(plain)));
        expect(back?.length).toBe(exchanges.length);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it("that are damaged never throw, and keep nothing over the limit", () => {
    fc.assert(
      fc.property(exchange, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (original, faults) => {
        const bytes = Buffer.concat(encodeExchange(inPieces(original)));
        for (const [at, value] of faults) bytes[at % bytes.length] = value;
        const frames = decode(bytes, 1000) ?? [];
        expect(frames.length).toBeLessThanOrEqual(1);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
