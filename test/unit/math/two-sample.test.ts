import { describe, expect, it } from "vitest";
import { effectiveSize } from "../../../src/math/two-sample.ts";

describe("effectiveSize", () => {
  it("is half of either of two equal samples", () => {
    expect(effectiveSize(10, 10)).toBeCloseTo(5, 12);
  });

  it("is the smaller sample's size beside a far larger one", () => {
    expect(effectiveSize(10, 1e9)).toBeCloseTo(10, 6);
  });
});
