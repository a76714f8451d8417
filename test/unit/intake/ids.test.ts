import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { carriedIds, cleanId, contentId, itemId, makeId } from "../../../src/intake/ids.ts";
import { exchangeOf } from "./exchange.ts";

const ids = (
  headers: Record<string, string>,
  replyHeaders: Record<string, string>,
  bodyIds: readonly unknown[] = [],
  idHeader?: string,
) => carriedIds(exchangeOf({ headers, replyHeaders, request: {}, reply: {} }), bodyIds, { header: idHeader });

describe("the ids of an exchange", () => {
  it("are none when it carries none", () => {
    expect(ids({}, {}, [undefined, null, "", {}, 1.5, true])).toEqual([]);
  });

  it("come from the configured header, the reply, the request, the bodies and the trace, in this order", () => {
    const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    expect(ids({ "x-request-id": "b", ...trace }, { "ce-id": "a" }, ["c"])).toEqual([
      "a",
      "b",
      "c",
      trace.traceparent.slice(3, 35),
    ]);
    expect(ids({ "x-case": "0", "x-request-id": "b" }, { "x-case": "1" }, [], "x-case")).toEqual(["0", "1", "b"]);
  });

  it("are at most four, each once", () => {
    expect(ids({ "x-request-id": "a", "ce-id": "b" }, { "x-request-id": "a", "ce-id": "c" }, ["d", "e"])).toEqual([
      "a",
      "c",
      "b",
      "d",
    ]);
  });

  it("have no control characters and no broken characters", () => {
    expect(cleanId(" a\u0000b\n\u009f\ud800c ")).toBe("abc");
    expect(cleanId("\u0007")).toBeUndefined();
    expect(cleanId(42)).toBe("42");
  });

  it("are cut at 128 with the place in the batch whole, and cleaning twice changes nothing", () => {
    const long = "x".repeat(300);
    expect(itemId(long, 12)).toBe(`${"x".repeat(125)}#12`);
    for (const id of [long, itemId(long, 12), `${"x".repeat(127)}😀#3`, `${"x".repeat(127)} yyy`]) {
      const once = cleanId(id) as string;
      expect(once.length).toBeLessThanOrEqual(128);
      expect(cleanId(once)).toBe(once);
    }
  });
});

describe("an id that is made", () => {
  it("names an image after its bytes", () => {
    expect(contentId({ kind: "encoded", bytes: new Uint8Array() })).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb924");
  });

  it("begins with its time and differs from the next", () => {
    const random = seededRandom(3);
    const [first, second] = [makeId(1_790_000_000, random), makeId(1_790_000_000, random)];
    expect(Number.parseInt(first.slice(0, 13).replace("-", ""), 16)).toBe(1_790_000_000_000);
    expect(first).not.toBe(second);
  });
});
