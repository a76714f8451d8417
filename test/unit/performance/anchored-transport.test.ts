import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import {
  anchoredTransport,
  fitAnchoredTransport,
  type TransportState,
} from "../../../src/performance/anchored-transport.ts";
import { accuracyOf, profileOf, setUp, simulateImages } from "./simulated-predictions.ts";

const reference = simulateImages(1000, seededRandom(1));
const { context, calibration } = setUp(reference);
const parts = { projection: context.projection, calibration };
const state = fitAnchoredTransport(reference, 4) as TransportState;

describe("anchored transport", () => {
  it("needs five labelled images and five rows", () => {
    expect(fitAnchoredTransport(reference.slice(0, 4), 4)).toBeUndefined();
    expect(anchoredTransport(profileOf(reference.slice(0, 4), parts), state)).toBeUndefined();
    expect(anchoredTransport(profileOf(reference.slice(0, 5), parts), state)).toBeDefined();
  });

  it("undoes the over-sureness of the model", () => {
    expect(state.temperature).toBeGreaterThan(1.6);
    expect(state.temperature).toBeLessThan(2.4);
  });

  it("falls short of the reference's accuracy the more, the fewer rows there are", () => {
    for (let i = 1; i < state.anchors.length; i++) expect(state.anchors[i]).toBeGreaterThan(state.anchors[i - 1]!);
    expect(state.anchors.at(-1)).toBeLessThan(state.accuracy + 0.03);
  });

  it.each([20, 100, 256, 600])("gives the reference's accuracy for windows like it, at %i rows", (count) => {
    let sum = 0;
    for (let seed = 0; seed < 20; seed++) {
      sum += anchoredTransport(profileOf(simulateImages(count, seededRandom(300 + seed)), parts), state)! / 20;
    }
    expect(Math.abs(sum - state.accuracy)).toBeLessThan(0.035);
  });

  it("gives the worked number", () => {
    // All rows may stay in the first class, at 0.6: COT = 0.6; the anchor of any size is 0.7.
    const fixed: TransportState = {
      temperature: 1,
      classShares: Float64Array.of(1, 0, 0, 0),
      accuracy: 0.72,
      anchorSizes: Float64Array.of(8),
      anchors: Float64Array.of(0.7),
    };
    const sure = reference.slice(0, 10).map((image) => ({
      ...image,
      outcome: { classIndex: 0, confidence: 0.6, probabilities: Float64Array.of(0.6, 0.4, 0, 0) },
    }));
    expect(anchoredTransport(profileOf(sure, parts), fixed)).toBeCloseTo(0.6, 6);
  });

  it("falls when the model is unsure", () => {
    const noisy = simulateImages(400, seededRandom(5), { noise: 1.5 });
    expect(accuracyOf(noisy)).toBeLessThan(state.accuracy - 0.1);
    expect(anchoredTransport(profileOf(noisy, parts), state)).toBeLessThan(state.accuracy);
  });

  it("can be fitted to 200 classes and few images", () => {
    const random = seededRandom(6);
    const images = reference.slice(0, 60).map((image) => {
      const probabilities = Float64Array.from({ length: 200 }, () => random.next() ** 30 + 1e-9);
      const total = probabilities.reduce((sum, p) => sum + p);
      const shares = probabilities.map((p) => p / total);
      const confidence = Math.max(...shares);
      return {
        ...image,
        trueClass: 7,
        outcome: { classIndex: shares.indexOf(confidence), confidence, probabilities: shares },
      };
    });
    const fitted = fitAnchoredTransport(images, 200) as TransportState;
    for (const anchor of fitted.anchors) expect(Number.isFinite(anchor)).toBe(true);
  });

  it("reads the state of an earlier version, in which a class took less than a row", () => {
    const window = profileOf(simulateImages(200, seededRandom(6)), parts);
    const { wholeRows: _, ...earlier } = state;
    // Each of the four classes has room for far more than a row.
    expect(anchoredTransport(window, earlier)).toBe(anchoredTransport(window, state));
  });
});
