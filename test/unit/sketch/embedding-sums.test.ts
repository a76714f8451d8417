import { describe, expect, it } from "vitest";
import { EmbeddingSums, type ProjectedNumbers } from "../../../src/sketch/embedding-sums.ts";

const image = (bin: number): ProjectedNumbers => ({
  components: Float64Array.of(0.5),
  bins: Uint8Array.of(bin),
  energy: 2,
});

describe("embedding sums", () => {
  it("count an image at the first cut that is at or above it, and at all later ones", () => {
    const sums = new EmbeddingSums(1);
    sums.update(image(2), 3);
    expect([...sums.atMost]).toEqual([0, 0, 3, 3, 3, 3, 3]);
    expect([sums.weight, sums.weightSquares, sums.energy, sums.components[0]]).toEqual([3, 9, 18, 1.5]);
  });

  it("count an image above all cuts at none", () => {
    const sums = new EmbeddingSums(1);
    sums.update(image(7));
    expect([...sums.atMost]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(sums.weight).toBe(1);
  });

  it.each([
    ["whole weights", 10, Uint8Array],
    ["many whole weights", 1000, Uint16Array],
    ["halves", 0.5, Float32Array],
    ["weights that need all bits", 10 / 3, Float64Array],
  ])("hold the same numbers when closed, in the smallest array that can: %s", (_, weight, Kind) => {
    const sums = new EmbeddingSums(1);
    for (let i = 0; i < 20; i++) sums.update(image(i % 8), weight);
    const before = [...sums.atMost];
    sums.close();
    expect([...sums.atMost]).toEqual(before);
    expect(sums.atMost).toBeInstanceOf(Kind);
    sums.update(image(0), 1000);
    expect([...sums.atMost]).toEqual(before.map((sum) => sum + 1000));
  });
});
