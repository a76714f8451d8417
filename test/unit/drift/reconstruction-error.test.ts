import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { reconstructionError } from "../../../src/drift/reconstruction-error.ts";
import { fitContext, profileOf, simulateImages } from "./simulated-images.ts";

const profile = profileOf([], fitContext(simulateImages(100, seededRandom(1))).projection);
const names = { classes: [], statistics: [] };
const context = fitContext(simulateImages(600, seededRandom(2)));

describe("reconstruction error", () => {
  it("is the worked number", () => {
    const state = { images: 500, mean: 4.8, deviation: 1.2, skewness: 0 };
    const images = simulateImages(100, seededRandom(3)).map((image) => ({ ...image, residual: 5 }));
    const window = profileOf(images, context.projection);
    const [signal] = reconstructionError.restore(state, profile, names).compare(window, 0.05);
    expect(signal?.score.value).toBeCloseTo(0.0417, 4);
    expect(signal?.pValue).toBeCloseTo(0.128, 3);
  });

  it("sees a fall as well as a rise", () => {
    const fitted = reconstructionError.fit(context);
    for (const factor of [0.7, 1.4]) {
      const images = simulateImages(200, seededRandom(4)).map((image) => ({
        ...image,
        residual: image.residual * factor,
      }));
      const [signal] = fitted.compare(profileOf(images, context.projection), 1e-6);
      expect(signal?.drifting).toBe(true);
      expect(signal?.score.value).toBeGreaterThan(0.2);
    }
  });

  it("says nothing when all reference images have the same error", () => {
    const state = { images: 500, mean: 4.8, deviation: 0, skewness: 0 };
    const window = profileOf(simulateImages(100, seededRandom(3)), context.projection);
    expect(reconstructionError.restore(state, profile, names).compare(window, 0.05)).toEqual([]);
  });
});
