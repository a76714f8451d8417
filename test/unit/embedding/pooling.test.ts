import { describe, expect, it } from "vitest";
import { pool } from "../../../src/embedding/pooling.ts";

const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe("pooling", () => {
  it("averages each channel of a feature map over its positions", () => {
    expect(pool(values, [1, 2, 2, 2], "mean", "NCHW")).toEqual(Float32Array.of(2.5, 6.5));
    expect(pool(values, [1, 2, 2, 2], "mean", "NHWC")).toEqual(Float32Array.of(4, 5));
  });

  it("averages tokens, whatever the layout of the input", () => {
    expect(pool(values, [1, 4, 2], "auto", "NCHW")).toEqual(Float32Array.of(4, 5));
  });

  it("keeps a vector", () => {
    expect(pool(values, [1, 8], "auto", "NCHW")).toBe(values);
    expect(pool(values, [8], "mean", "NCHW")).toBe(values);
  });

  it("keeps everything when told to", () => {
    expect(pool(values, [1, 2, 2, 2], "none", "NCHW")).toBe(values);
  });
});
