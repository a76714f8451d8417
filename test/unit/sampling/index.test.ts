import { describe, expect, it } from "vitest";
import { hashToUnit } from "../../../src/core/random.ts";
import { createImageSampler, createPredictionSampler } from "../../../src/sampling/index.ts";

describe("the two samplers", () => {
  it("select images among the predictions that are counted", () => {
    const predictions = createPredictionSampler(0.5);
    const images = createImageSampler(0.25, 1000);
    for (let k = 0; k < 500; k++) {
      const id = `id-${k}`;
      if (images.keep(id, k) !== undefined) expect(predictions.keep(id, k)).toBe(2);
      expect(images.keep(id, k) !== undefined).toBe(hashToUnit(id) < 0.25);
    }
  });
});
