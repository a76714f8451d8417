import { describe, expect, it } from "vitest";
import { decodeExchange } from "../../../src/intake/index.ts";
import { exchangeOf, intakeOptions, JPEG, JPEG_BASE64 } from "./exchange.ts";

const output = (shape: number[], data: number[]) => ({ outputs: [{ name: "p", datatype: "FP32", shape, data }] });

/** A binary request with one BYTES input that says it has `size` bytes. */
function binary(size: number, raw: Uint8Array) {
  const head = JSON.stringify({
    inputs: [{ name: "i", datatype: "BYTES", shape: [1], parameters: { binary_data_size: size } }],
  });
  const headers = { "inference-header-content-length": String(head.length) };
  return { path: "/v2/models/m/infer", headers, request: Buffer.concat([Buffer.from(head), raw]) };
}

const element = Buffer.concat([Buffer.of(JPEG.length, 0, 0, 0), JPEG]);

describe("a binary request", () => {
  const decode = (size: number, raw: Uint8Array) =>
    decodeExchange(exchangeOf({ ...binary(size, raw), reply: output([1, 2], [0.9, 0.1]) }), intakeOptions());

  it("is read when its lengths add up", async () => {
    expect(await decode(element.length, element)).toMatchObject({
      inferences: [{ image: { bytes: Buffer.from(JPEG) }, prediction: { scores: Float64Array.of(0.9, 0.1) } }],
    });
  });

  it("is malformed when they do not", async () => {
    for (const size of [0, element.length - 1, element.length + 1, 2 ** 40]) {
      expect(await decode(size, element)).toEqual({ reason: "malformed_body" });
    }
  });
});

describe("a batch", () => {
  const request = { inputs: [{ name: "i", datatype: "BYTES", shape: [2], data: [JPEG_BASE64, JPEG_BASE64] }] };
  const decode = (reply: unknown) =>
    decodeExchange(exchangeOf({ path: "/v2/models/m/infer", request, reply }), intakeOptions());

  it("needs as many rows as images", async () => {
    expect(await decode(output([2, 2], [0.9, 0.1, 0.2, 0.8]))).toHaveProperty("inferences.length", 2);
    expect(await decode(output([1, 2], [0.9, 0.1]))).toEqual({ reason: "malformed_body" });
    expect(await decode(output([3, 1], [0.9, 0.1, 0.2]))).toEqual({ reason: "malformed_body" });
  });

  it("keeps its images when the outputs contradict their shape", async () => {
    expect(await decode(output([2, 3], [0.9, 0.1]))).toMatchObject({
      inferences: [{ image: { kind: "encoded" } }, { image: { kind: "encoded" } }],
    });
  });
});
