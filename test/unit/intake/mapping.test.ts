import { describe, expect, it } from "vitest";
import { decodeExchange } from "../../../src/intake/index.ts";
import type { Mapping } from "../../../src/intake/mapping.ts";
import { pointerFault, resolvePointer } from "../../../src/intake/pointer.ts";
import { exchangeOf, intakeOptions, JPEG, JPEG_BASE64 } from "./exchange.ts";

describe("a pointer", () => {
  it.each([
    ["", { a: 1 }, false, [{ a: 1 }]],
    ["/a/1", { a: [5, 6] }, false, [6]],
    ["/a/01", { a: [5, 6] }, false, []],
    ["/a/-1", { a: [5, 6] }, false, []],
    ["/m~0n/a~1b", { "m~n": { "a/b": 7 } }, false, [7]],
    ["/results/*/score", { results: [{ score: 1 }, {}, { score: 2 }] }, true, [1, undefined, 2]],
    ["/*", [1, 2], true, [1, 2]],
    ["/a/*", { a: {} }, false, []],
    ["/__proto__/x", {}, false, []],
    ["/constructor", {}, false, []],
    ["/__proto__", {}, false, []],
    ["/length", [1], false, []],
  ])("%s finds what is there and nothing else", (pointer, document, many, values) => {
    expect(resolvePointer(pointer, document)).toEqual({ many, values });
  });

  it("is faulty without its slash, with two stars, or with a stray tilde", () => {
    expect(pointerFault("/a/*/b")).toBeUndefined();
    expect(pointerFault("a")).toMatch("start with");
    expect(pointerFault("/*/*")).toMatch("more than one");
    expect(pointerFault("/a~2")).toMatch("~");
  });
});

describe("a mapping", () => {
  const decode = async (mapping: Mapping, request: unknown, reply: unknown) => {
    const decoded = await decodeExchange(exchangeOf({ request, reply }), intakeOptions({ mapping }));
    return "reason" in decoded ? decoded.reason : decoded.inferences;
  };

  it("beats a protocol that would match", async () => {
    const inferences = await decode({ image: "/inputs", scores: "/y" }, { inputs: JPEG_BASE64 }, { y: [0.3, 0.7] });
    expect(inferences).toMatchObject([{ prediction: { scores: Float64Array.of(0.3, 0.7) } }]);
  });

  it("of the reply alone leaves the image to the protocol", async () => {
    const inferences = await decode({ scores: "/cls/*/p", labels: "/cls/*/n" }, JPEG, {
      cls: [
        { n: "a", p: 0.6 },
        { n: "b", p: 0.4 },
      ],
    });
    const ranked = [
      { label: "a", score: 0.6 },
      { label: "b", score: 0.4 },
    ];
    expect(inferences).toMatchObject([{ image: { kind: "encoded" }, prediction: { kind: "ranked", ranked } }]);
  });

  it("puts its id before all others, and gives each item its own where it has a star", async () => {
    const request = {
      u: "batch",
      i: [
        { b: JPEG_BASE64, u: "one" },
        { b: JPEG_BASE64, u: "two" },
      ],
    };
    const reply = {
      id: "body",
      s: [
        [1, 0],
        [0, 1],
      ],
    };
    const idsOf = async (id: string) => {
      const inferences = await decode({ image: "/i/*/b", scores: "/s/*", id }, request, reply);
      return typeof inferences === "string" ? inferences : inferences.map(({ ids }) => ids);
    };
    expect(await idsOf("/u")).toEqual([
      ["batch#0", "body#0"],
      ["batch#1", "body#1"],
    ]);
    expect(await idsOf("/i/*/u")).toEqual([
      ["one", "body#0"],
      ["two", "body#1"],
    ]);
  });

  it("may point at a class alone", async () => {
    const inferences = await decode({ image: "/i", label: "/answer" }, { i: JPEG_BASE64 }, { answer: "desert" });
    expect(inferences).toMatchObject([{ prediction: { kind: "label", label: "desert" } }]);
  });

  it("gives an image without prediction when the reply has nothing there, and refuses another count", async () => {
    const mapping = { image: "/i/*", scores: "/s/*" };
    expect(await decode(mapping, { i: [JPEG_BASE64] }, {})).toHaveLength(1);
    expect(await decode(mapping, { i: [JPEG_BASE64, JPEG_BASE64] }, { s: [[0.1, 0.9]] })).toBe("malformed_body");
  });
});
