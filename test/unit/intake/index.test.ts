import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../../../src/core/exchange.ts";
import type { Inference } from "../../../src/core/inference.ts";
import { decodeExchange } from "../../../src/intake/index.ts";
import type { IntakeOptions } from "../../../src/intake/protocol.ts";
import { exchangeOf, intakeOptions, JPEG, JPEG_BASE64 } from "./exchange.ts";

const reasonOf = async (exchange: Exchange, options?: Partial<IntakeOptions>) => {
  const decoded = await decodeExchange(exchange, intakeOptions(options));
  return "reason" in decoded ? decoded.reason : "decoded";
};

const inferencesOf = async (exchange: Exchange, options?: Partial<IntakeOptions>): Promise<readonly Inference[]> => {
  const decoded = await decodeExchange(exchange, intakeOptions(options));
  return "reason" in decoded ? [] : decoded.inferences;
};

describe("an exchange that cannot be read", () => {
  it.each([
    ["no_content", exchangeOf({ request: new Uint8Array(), reply: {} })],
    ["no_content", exchangeOf({ request: { instances: [] }, reply: { predictions: [] } })],
    ["not_successful", exchangeOf({ request: JPEG, reply: { error: "busy" }, status: 503 })],
    ["not_successful", exchangeOf({ request: JPEG, reply: {}, status: 302 })],
    ["unknown_protocol", exchangeOf({ request: { text: "hello" }, reply: { sentiment: 1 } })],
    ["malformed_body", exchangeOf({ path: "/v2/models/m/infer", request: { inputs: 3 }, reply: {} })],
    [
      "malformed_body",
      exchangeOf({ request: { instances: [JPEG_BASE64, JPEG_BASE64] }, reply: { predictions: [[1, 0]] } }),
    ],
    ["unsupported_encoding", exchangeOf({ request: JPEG, reply: {}, headers: { "content-encoding": "zstd" } })],
    ["malformed_body", exchangeOf({ request: JPEG, reply: {}, headers: { "content-encoding": "gzip" } })],
    ["body_too_large", exchangeOf({ request: Buffer.concat([JPEG, new Uint8Array(1 << 20)]), reply: {} })],
  ])("has the reason %s", async (reason, exchange) => {
    expect(await reasonOf(exchange)).toBe(reason);
  });

  it("is refused when it grows beyond the limit by decompression, before memory does", async () => {
    const bomb = gzipSync(new Uint8Array(64 << 20));
    expect(bomb.length).toBeLessThan(1 << 17);
    const options = { maxBodyBytes: 1 << 30 };
    expect(
      await reasonOf(exchangeOf({ request: bomb, reply: {}, headers: { "content-encoding": "gzip" } }), options),
    ).toBe("body_too_large");
  });
});

describe("an exchange", () => {
  it("is read when its bodies are gzip and no header says so", async () => {
    const request = gzipSync(Buffer.from(JSON.stringify({ instances: [JPEG_BASE64] })));
    const [inference] = await inferencesOf(exchangeOf({ request, reply: { predictions: [[0.9, 0.1]] } }));
    expect(inference?.image).toEqual({ kind: "encoded", bytes: Buffer.from(JPEG) });
    expect(inference?.prediction).toEqual({ kind: "scores", scores: Float64Array.of(0.9, 0.1) });
  });

  it("keeps its image when the reply is unreadable", async () => {
    const [inference] = await inferencesOf(exchangeOf({ request: JPEG, reply: JPEG }));
    expect(inference?.image?.kind).toBe("encoded");
    expect(inference?.prediction).toBeUndefined();
  });

  it("keeps its prediction when the image is a URL, and fetches nothing", async () => {
    const request = {
      instances: ["https://example.com/a.jpg", { image: { type: "url", value: "http://169.254.169.254" } }],
    };
    const inferences = await inferencesOf(exchangeOf({ request, reply: { predictions: ["water", "desert"] } }));
    expect(inferences.map(({ image }) => image)).toEqual([undefined, undefined]);
    expect(inferences.map(({ prediction }) => prediction)).toEqual([
      { kind: "label", label: "water" },
      { kind: "label", label: "desert" },
    ]);
  });

  it("makes an id when it has neither id nor image", async () => {
    const [inference] = await inferencesOf(
      exchangeOf({ request: { instances: ["ftp://x/y"] }, reply: { predictions: [1] } }),
    );
    expect(inference?.ids).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
  });

  it("takes scores and feature vectors from the outputs that are configured", async () => {
    const output = (name: string, data: number[]) => ({ name, datatype: "FP32", shape: [1, data.length], data });
    const exchange = exchangeOf({
      path: "/v2/models/m/infer",
      request: { inputs: [{ name: "i", datatype: "BYTES", shape: [1], data: [JPEG_BASE64] }] },
      reply: {
        outputs: [output("features", [1, 2, 3]), output("logits", [5, 6]), output("probabilities", [0.2, 0.8])],
      },
    });
    const [inference] = await inferencesOf(exchange, { scoresOutput: "probabilities", embeddingOutput: "features" });
    expect(inference?.prediction).toEqual({ kind: "scores", scores: Float64Array.of(0.2, 0.8) });
    expect(inference?.embedding).toEqual(Float32Array.of(1, 2, 3));
    const [unnamed] = await inferencesOf(exchange, { embeddingOutput: "features" });
    expect(unnamed?.prediction).toEqual({ kind: "scores", scores: Float64Array.of(5, 6) });
  });

  it("reads a class index or a class name out of the outputs where there are no scores", async () => {
    const request = { inputs: [{ name: "i", datatype: "BYTES", shape: [2], data: [JPEG_BASE64, JPEG_BASE64] }] };
    const reply = (datatype: string, data: unknown[]) => ({ outputs: [{ name: "o", datatype, shape: [2], data }] });
    const labels = async (datatype: string, data: unknown[]) =>
      (await inferencesOf(exchangeOf({ path: "/v2/models/m/infer", request, reply: reply(datatype, data) }))).map(
        ({ prediction }) => prediction,
      );
    expect(await labels("INT64", [3, 0])).toEqual([
      { kind: "label", label: 3 },
      { kind: "label", label: 0 },
    ]);
    expect(await labels("BYTES", ["a", "b"])).toEqual([
      { kind: "label", label: "a" },
      { kind: "label", label: "b" },
    ]);
  });

  it("takes no prototype member for one of its own", async () => {
    const request = Buffer.from(`{"__proto__":{"instances":["${JPEG_BASE64}"]},"constructor":1}`);
    expect(await reasonOf(exchangeOf({ request, reply: {} }))).toBe("unknown_protocol");
  });
});
