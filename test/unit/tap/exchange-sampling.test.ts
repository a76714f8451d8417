import { describe, expect, it } from "vitest";
import { hashToUnit, seededRandom } from "../../../src/core/random.ts";
import { ExchangeSampling, requestId } from "../../../src/tap/exchange-sampling.ts";

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const never = {
  next: (): number => {
    throw new Error("chance was asked although there is an id");
  },
};

describe("the id of a request", () => {
  it.each([
    ["none", [], undefined],
    ["x-request-id", [["x-request-id", "r"]], "r"],
    ["ce-id", [["ce-id", "c"]], "c"],
    ["x-correlation-id", [["x-correlation-id", "k"]], "k"],
    ["the trace id when nothing else is there", [["traceparent", TRACEPARENT]], "4bf92f3577b34da6a3ce929d0e0e4736"],
    ["nothing from a broken traceparent", [["traceparent", "00-xyz-1-01"]], undefined],
    [
      "x-request-id before the trace id",
      [
        ["traceparent", TRACEPARENT],
        ["x-request-id", "r"],
      ],
      "r",
    ],
    [
      "the next one when a header is empty",
      [
        ["x-request-id", ""],
        ["ce-id", "c"],
      ],
      "c",
    ],
  ] as [string, [string, string][], string | undefined][])("is %s", (_, headers, id) => {
    expect(requestId(new Map(headers))).toBe(id);
  });

  it("is the configured header first, however it is written", () => {
    const headers = new Map([
      ["x-request-id", "r"],
      ["x-part-number", "p"],
    ]);
    expect(requestId(headers, "X-Part-Number")).toBe("p");
  });
});

describe("sampling", () => {
  it("is decided by the id alone", () => {
    for (const id of ["a", "b", "c", "d", "e"]) {
      const sampling = new ExchangeSampling({ ratio: 0.5 }, never);
      expect(sampling.keep(new Map([["x-request-id", id]]))).toBe(hashToUnit(id) < 0.5);
    }
  });

  it("takes all at 1 and none at 0", () => {
    const headers = new Map([["x-request-id", "a"]]);
    expect(new ExchangeSampling({ ratio: 1 }, never).keep(headers)).toBe(true);
    expect(new ExchangeSampling({ ratio: 0 }, never).keep(headers)).toBe(false);
  });

  it("keeps the smaller sample inside the larger one", () => {
    for (let index = 0; index < 1000; index++) {
      const headers = new Map([["ce-id", `id-${index}`]]);
      const [small, large] = [0.1, 0.4].map((ratio) => new ExchangeSampling({ ratio }, never).keep(headers));
      expect(small && !large).toBe(false);
    }
  });

  it("leaves it to chance without an id", () => {
    const sampling = new ExchangeSampling({ ratio: 0.3 }, seededRandom(5));
    const kept = Array.from({ length: 2000 }, () => sampling.keep(new Map())).filter(Boolean).length;
    expect(kept / 2000).toBeCloseTo(0.3, 1);
  });
});
