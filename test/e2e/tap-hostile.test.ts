import { describe, expect, it } from "vitest";
import { mutatedStreams, NAMED_STREAMS } from "../../bench/fuzz/hostile-streams.ts";
import type { Passing } from "../../bench/fuzz/tap-passage.ts";
import { passAll, run } from "../../bench/fuzz/tap-streams.ts";
import { cut } from "../unit/tap/observed.ts";

const MUTATIONS = 500;
const MANY_MUTATIONS = 10_000;
/** Long streams are cut like segments of a network: a hundred thousand one-byte writes prove nothing more. */
const LONG_BYTES = 4096;
const SEGMENT_BYTES = 1460;
const UNHARMED = { changed: 0, stuck: 0, observerFaults: 0, leftOpen: 0 };

const STREAMS = [...NAMED_STREAMS, ...mutatedStreams(MUTATIONS, 7)];

function pieces(stream: Buffer, size: number): Buffer[] {
  return cut(stream, stream.length > LONG_BYTES && size < SEGMENT_BYTES ? SEGMENT_BYTES : size);
}

/** The request in two pieces, and the reply in two, once for every place where a short one can be cut. */
function everyCut(): Passing[] {
  return NAMED_STREAMS.flatMap(({ request, reply }) => {
    const places = Math.max(request.length, reply.length);
    if (places > 160) return [];
    return Array.from({ length: places - 1 }, (_, index) => ({
      request: halves(request, index + 1),
      reply: halves(reply, index + 1),
    }));
  });
}

function halves(stream: Buffer, at: number): Buffer[] {
  return [stream.subarray(0, at), stream.subarray(at)].map((half) => Buffer.from(half));
}

describe("hostile streams", () => {
  it("are many", () => {
    expect(NAMED_STREAMS.length).toBeGreaterThanOrEqual(230);
    expect(new Set(NAMED_STREAMS.map(({ name }) => name)).size).toBe(NAMED_STREAMS.length);
  });

  for (const size of [1, 7, Number.POSITIVE_INFINITY]) {
    it(`pass unchanged in both directions in pieces of ${size} bytes, and leave nothing behind`, async () => {
      const all = STREAMS.map(({ request, reply }) => ({ request: pieces(request, size), reply: pieces(reply, size) }));
      expect(await passAll(all)).toEqual(UNHARMED);
    });
  }

  it("pass unchanged when cut in two at every position", async () => {
    const all = everyCut();
    expect(all.length).toBeGreaterThan(10_000);
    expect(await passAll(all)).toEqual(UNHARMED);
  });

  it("pass unchanged when damaged in ten thousand ways", async () => {
    const all = mutatedStreams(MANY_MUTATIONS, 20261124).map(({ request, reply }) => ({
      request: pieces(request, Number.POSITIVE_INFINITY),
      reply: pieces(reply, Number.POSITIVE_INFINITY),
    }));
    expect(await passAll(all)).toEqual(UNHARMED);
  });

  it("are found harmless by the fuzzer", async () => {
    expect(await run(0, 20261124)).toMatchObject({ crashes: 0, stuck: 0 });
  });
});
