import { describe, expect, it } from "vitest";
import { parseJson } from "../../../src/intake/json.ts";
import { readReply } from "../../../src/intake/reply.ts";

const scores = (...values: number[]) => ({ kind: "scores", scores: Float64Array.from(values) });
const label = (value: string | number) => ({ kind: "label", label: value });
const top = (...pairs: [string, number][]) => ({
  kind: "ranked",
  complete: false,
  ranked: pairs.map(([name, score]) => ({ label: name, score })),
});
const map = (...pairs: [string, number][]) => ({ ...top(...pairs), complete: true });

describe("a reply about one image", () => {
  it.each([
    ["nothing", undefined, undefined],
    ["an empty object", {}, undefined],
    ["an empty list", [], undefined],
    ["an error text in an object", { detail: "not found" }, undefined],
    ["scores", [0.1, 0.9], scores(0.1, 0.9)],
    ["scores in a batch of one", { predictions: [[0.1, 0.9]] }, scores(0.1, 0.9)],
    ["scores with null for NaN", [null, 0.9], scores(Number.NaN, 0.9)],
    ["scores under a name", { model: "m", probabilities: [0.1, 0.9] }, scores(0.1, 0.9)],
    ["one score", [0.9], scores(0.9)],
    ["a map", { water: 0.8, desert: 0.2 }, map(["water", 0.8], ["desert", 0.2])],
    ["a map in a container", { predictions: { water: { confidence: 0.8 } } }, map(["water", 0.8])],
    ["a map with a prototype's name", JSON.parse('{"__proto__":0.8,"b":0.2}'), map(["__proto__", 0.8], ["b", 0.2])],
    [
      "best classes",
      [
        { label: "a", score: 0.7 },
        { label: "b", score: 0.2 },
      ],
      top(["a", 0.7], ["b", 0.2]),
    ],
    [
      "best classes by index",
      [
        { class_id: 3, confidence: 0.7 },
        { class_id: 1, confidence: 0.2 },
      ],
      top(["3", 0.7], ["1", 0.2]),
    ],
    [
      "pairs",
      [
        ["a", 0.7],
        ["b", 0.2],
      ],
      top(["a", 0.7], ["b", 0.2]),
    ],
    ["one class with a score", { class: "a", confidence: 0.7 }, top(["a", 0.7])],
    ["parallel lists", { displayNames: ["a", "b"], confidences: [0.7, 0.2] }, top(["a", 0.7], ["b", 0.2])],
    ["scores beside the class", { label: "a", score: 0.7, probabilities: [0.7, 0.3] }, scores(0.7, 0.3)],
    ["a class", { predicted_class: "a" }, label("a")],
    ["a class as bare text", "a", label("a")],
    ["an index", { prediction: 2, latency_ms: 12.5 }, label(2)],
    ["an index in a list", { predictions: [2] }, label(2)],
    ["scores deep inside", { result: { output: { data: [[0.1, 0.9]] } } }, scores(0.1, 0.9)],
  ])("is read: %s", (_name, reply, expected) => {
    expect(readReply(reply, 1)).toEqual([expected]);
  });

  it("stays unread beyond a fixed depth", () => {
    expect(readReply(JSON.parse(`${'{"data":'.repeat(2000)}1${"}".repeat(2000)}`), 1)).toEqual([undefined]);
  });

  it("is read although Python wrote NaN", () => {
    expect(readReply(parseJson(Buffer.from('{"predictions": [[NaN, -Infinity, 0.5]], "note": "NaN"}')), 1)).toEqual([
      scores(Number.NaN, Number.NaN, 0.5),
    ]);
  });

  it("reads numbers beyond the range of a double as infinity", () => {
    expect(readReply(parseJson(Buffer.from("[[1e999, 0.5]]")), 1)).toEqual([scores(Number.POSITIVE_INFINITY, 0.5)]);
  });
});

describe("a reply about a batch", () => {
  it.each([
    [
      "rows of scores",
      {
        predictions: [
          [0.1, 0.9],
          [0.8, 0.2],
        ],
      },
      [scores(0.1, 0.9), scores(0.8, 0.2)],
    ],
    [
      "an object each",
      [
        { label: "a", score: 0.7 },
        { label: "b", score: 0.6 },
      ],
      [top(["a", 0.7]), top(["b", 0.6])],
    ],
    ["labels", { predictions: ["a", "b"] }, [label("a"), label("b")]],
    ["indices", { predictions: [1, 0] }, [label(1), label(0)]],
    [
      "columns",
      {
        outputs: {
          ids: ["x", "y"],
          probabilities: [
            [0.1, 0.9],
            [0.8, 0.2],
          ],
        },
      },
      [scores(0.1, 0.9), scores(0.8, 0.2)],
    ],
    ["one unreadable item", { predictions: [[0.1, 0.9], { oops: "x" }] }, [scores(0.1, 0.9), undefined]],
    ["nothing readable", { status: "ok" }, [undefined, undefined]],
  ])("has one prediction an image: %s", (_name, reply, expected) => {
    expect(readReply(reply, 2)).toEqual(expected);
  });

  it.each([
    ["fewer", { predictions: [[0.1, 0.9]] }],
    [
      "more",
      {
        predictions: [
          [0.1, 0.9],
          [0.1, 0.9],
          [0.1, 0.9],
        ],
      },
    ],
    ["one for all", { water: 0.8, desert: 0.2 }],
  ])("is a mismatch when it has %s", (_name, reply) => {
    expect(readReply(reply, 2)).toBe("mismatch");
  });

  it("tells how many images there were when nobody else can", () => {
    expect(
      readReply(
        {
          predictions: [
            [0.1, 0.9],
            [0.8, 0.2],
          ],
        },
        0,
      ),
    ).toEqual([scores(0.1, 0.9), scores(0.8, 0.2)]);
    expect(readReply({ status: "ok" }, 0)).toEqual([]);
  });
});

describe("boxes", () => {
  const half = {
    kind: "boxes",
    boxes: [{ label: "sign", score: 0.9, left: 0.25, top: 0.25, width: 0.5, height: 0.5 }],
  };

  it.each([
    [
      "centre in pixels",
      {
        image: { width: 8, height: 4 },
        predictions: [{ class: "sign", confidence: 0.9, x: 4, y: 2, width: 4, height: 2 }],
      },
    ],
    [
      "corners in pixels",
      {
        images: [
          {
            shape: [4, 8],
            results: [{ name: "sign", class: 3, confidence: 0.9, box: { x1: 2, y1: 1, x2: 6, y2: 3 } }],
          },
        ],
      },
    ],
    ["corners as fractions", [{ label: "sign", score: 0.9, bbox: [0.25, 0.25, 0.75, 0.75] }]],
    ["parallel lists", { boxes: [[0.25, 0.25, 0.75, 0.75]], labels: ["sign"], scores: [0.9] }],
  ])("are fractions of the image: %s", (_name, reply) => {
    expect(readReply(reply, 1)).toEqual([half]);
  });

  it("in pixels of an image of unknown size have no place", () => {
    expect(readReply([{ label: "sign", score: 0.9, box: [2, 1, 6, 3] }], 1)).toEqual([
      {
        kind: "boxes",
        boxes: [
          { label: "sign", score: 0.9, left: Number.NaN, top: Number.NaN, width: Number.NaN, height: Number.NaN },
        ],
      },
    ]);
  });
});
