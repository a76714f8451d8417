import type { Random } from "../../src/core/random.ts";
import { encodeCounters, encodeExchange, FrameDecoder } from "../../src/tap/frames.ts";
import { newTapCounters } from "../../src/tap/tap-counters.ts";
import { type FuzzCase, type FuzzResult, fuzzEach } from "./fuzz-target.ts";
import { mutate, oneOf, pick } from "./mutate.ts";

export const name = "link";

const BODY_BYTES = 4096;
const frames = [
  Buffer.concat(encodeCounters(newTapCounters())),
  Buffer.concat(
    encodeExchange({
      ...{ timeSeconds: 1_790_000_000, method: "POST", path: "/infer", status: 200 },
      requestHeaders: new Map([["content-type", "image/jpeg"]]),
      requestBody: [Buffer.alloc(300, 7)],
      responseHeaders: new Map([["x-request-id", "a"]]),
      responseBody: [Buffer.from('{"predictions":[[0.1,0.9]]}')],
    }),
  ),
];

/** Frames in a row, some damaged, cut into chunks anywhere: each is decoded whole, or the stream is given up. */
export const frameStream: FuzzCase = async (random) => {
  const count = 1 + pick(random, 4);
  const parts = Array.from({ length: count }, () => {
    const frame = oneOf(random, frames);
    return random.next() < 0.5 ? frame : mutate(frame, random);
  });
  const decoder = new FrameDecoder(BODY_BYTES);
  let found = 0;
  for (const chunk of cut(Buffer.concat(parts), random)) {
    const decoded = decoder.push(chunk);
    if (!decoded) return "corrupt";
    found += decoded.length;
  }
  return found === count ? "whole" : "unfinished";
};

function cut(bytes: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 1 + pick(random, 200);
    chunks.push(bytes.subarray(offset, end));
    offset = end;
  }
  return chunks;
}

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzEach({ frames: frameStream }, seconds, seed);
}
