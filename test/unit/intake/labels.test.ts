import { describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { parseLabels } from "../../../src/intake/labels.ts";

const parse = (body: unknown, contentType = "application/json") =>
  parseLabels(contentType, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof VisionError ? error.code : String(error);
  }
  return "none";
};

describe("labels", () => {
  it("may be none", () => {
    expect(parse([])).toEqual([]);
    expect(parse("\n\n", "application/x-ndjson")).toEqual([]);
  });

  it("come as one object, an array, or a line each", () => {
    const a = { item: { id: "a", label: "water" } };
    const b = { item: { id: "b", label: 2 } };
    expect(parse({ id: "a", label: "water" })).toEqual([a]);
    expect(
      parse([
        { id: "a", label: "water" },
        { id: "b", label: 2 },
      ]),
    ).toEqual([a, b]);
    expect(
      parse('{"id":"a","label":"water"}\r\n\n{"id":"b","label":2}\n', "application/x-ndjson; charset=utf-8"),
    ).toEqual([a, b]);
  });

  it.each([
    [
      { request_id: "a", truth: "x" },
      { id: "a", label: "x" },
    ],
    [
      { inference_id: 7, class: 0 },
      { id: "7", label: 0 },
    ],
    [
      { prediction_id: " a\u0000 ", label: "x" },
      { id: "a", label: "x" },
    ],
    [
      { id: "a", item: 2, label: "x" },
      { id: "a#2", label: "x" },
    ],
    [
      { id: "a", item: null, time: null, label: "x" },
      { id: "a", label: "x" },
    ],
    [
      { id: "a", label: "x", time: 1_790_000_000.5 },
      { id: "a", label: "x", timeSeconds: 1_790_000_000.5 },
    ],
    [
      { id: "a", label: "x", time: "2026-09-21T14:13:20Z" },
      { id: "a", label: "x", timeSeconds: 1_790_000_000 },
    ],
    [
      { id: "a", label: "__proto__" },
      { id: "a", label: "__proto__" },
    ],
  ])("are read: %j", (body, label) => {
    expect(parse(body)).toEqual([{ item: label }]);
  });

  it.each([
    [3, "not an object"],
    [{ label: "x" }, "no id"],
    [{ id: "\u0001", label: "x" }, "no id"],
    [{ id: { a: 1 }, label: "x" }, "no id"],
    [{ id: "a" }, "no label"],
    [{ id: "a", label: "" }, "no label"],
    [{ id: "a", label: 1.5 }, "no label"],
    [{ id: "a", label: -1 }, "no label"],
    [{ id: "a", label: true }, "no label"],
    [{ id: "a", label: "x".repeat(257) }, "no label"],
    [{ id: "a", label: "x", item: -1 }, "item"],
    [{ id: "a", label: "x", item: "0" }, "item"],
    [{ id: "a", label: "x", time: "yesterday" }, "time"],
    [{ id: "a", label: "x", time: 1_790_000_000_000 }, "time"],
  ])("that are bad say so and leave the others alone: %j", (bad, error) => {
    const good = { id: "b", label: "x" };
    expect(parse([bad, good])).toEqual([{ error: expect.stringContaining(error) }, { item: good }]);
  });

  it("may bring a token, with an id or without", () => {
    expect(parse({ token: "t", label: 1 })).toEqual([{ item: { id: "", label: 1, token: "t" } }]);
    expect(parse({ id: "a", token: "t", label: 1 })).toEqual([{ item: { id: "a", label: 1, token: "t" } }]);
    expect(parse({ token: "t", label: 1, item: 2 })).toEqual([{ item: { id: "", label: 1, token: "t" } }]);
    expect(parse({ id: "a", token: null, label: 1 })).toEqual([{ item: { id: "a", label: 1 } }]);
    for (const token of ["", 7, {}, "x".repeat(1_025)]) {
      expect(parse({ id: "a", token, label: 1 })[0]).toHaveProperty("error", expect.stringContaining("token"));
    }
  });

  it("survive a line that is no JSON, is too deep or is beyond every number", () => {
    const results = parse(
      `{"id":"a",\n${"[".repeat(9)}\n{"id":1e999,"label":1}\n{"id":"a","label":"x"}`,
      "application/x-ndjson",
    );
    expect(results).toEqual([
      { error: "is not valid JSON" },
      { error: "is nested deeper than 8" },
      { error: expect.stringContaining("no id") },
      { item: { id: "a", label: "x" } },
    ]);
  });

  it("take the last of duplicate keys and no member of a prototype", () => {
    expect(parse('{"id":"a","id":"b","label":"x"}')).toEqual([{ item: { id: "b", label: "x" } }]);
    expect(parse('{"__proto__":{"id":"a"},"label":"x"}')).toEqual([{ error: expect.stringContaining("no id") }]);
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  it("are refused as a whole when the body is broken, too large or of another type", () => {
    expect(codeOf(() => parse("[{"))).toBe("REQUEST_INVALID");
    expect(codeOf(() => parse(""))).toBe("REQUEST_INVALID");
    expect(codeOf(() => parse("[".repeat(100_000)))).toBe("REQUEST_INVALID");
    expect(codeOf(() => parse("x", "text/csv"))).toBe("UNSUPPORTED_MEDIA_TYPE");
    expect(codeOf(() => parse(" ".repeat((1 << 20) + 1)))).toBe("REQUEST_TOO_LARGE");
    expect(codeOf(() => parse("1\n".repeat(10_001), "application/x-ndjson"))).toBe("REQUEST_TOO_LARGE");
    expect(parse("1\n".repeat(10_000), "application/x-ndjson")).toHaveLength(10_000);
  });
});

describe("Seldon feedback", () => {
  const feedback = (truth: unknown) => ({ request: {}, response: { meta: { puid: "p" } }, reward: 1, truth });

  it.each([
    [{ data: { ndarray: ["water"] } }, [{ id: "p", label: "water" }]],
    [{ data: { ndarray: [[2]] } }, [{ id: "p", label: 2 }]],
    [{ data: { ndarray: [[0, 0, 1]] } }, [{ id: "p", label: 2 }]],
    [
      { data: { ndarray: [["a"], ["b"]] } },
      [
        { id: "p#0", label: "a" },
        { id: "p#1", label: "b" },
      ],
    ],
    [
      { data: { tensor: { shape: [2, 2], values: [0, 1, 1, 0] } } },
      [
        { id: "p#0", label: 1 },
        { id: "p#1", label: 0 },
      ],
    ],
    [{ strData: "water" }, [{ id: "p", label: "water" }]],
    [{ jsonData: 1 }, [{ id: "p", label: 1 }]],
  ])("is a label: %j", (truth, labels) => {
    expect(parse(feedback(truth))).toEqual(labels.map((item) => ({ item })));
  });

  it("without id or class is an error of its own", () => {
    expect(parse({ truth: { strData: "x" } })).toEqual([{ error: expect.stringContaining("puid") }]);
    for (const row of [
      [0.2, 0.8],
      [0, 0, 0],
      [1, 1, 0],
    ]) {
      expect(parse(feedback({ data: { ndarray: [row] } }))).toEqual([{ error: expect.stringContaining("truth") }]);
    }
    expect(parse(feedback({}))).toEqual([{ error: expect.stringContaining("truth") }]);
  });
});
