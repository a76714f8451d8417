import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Calibration, type CalibrationState } from "../../../src/performance/calibration.ts";

/** A model whose confidence c is right with probability c². */
function overSure(count: number, seed: number): { confidence: number[]; correct: boolean[] } {
  const random = seededRandom(seed);
  const confidence = Array.from({ length: count }, () => 0.2 + 0.8 * random.next());
  return { confidence, correct: confidence.map((c) => random.next() < c * c) };
}

describe("the calibration", () => {
  it("says what one prediction was, when that is all there is", () => {
    const calibration = Calibration.fit([0.7], [true]);
    expect(calibration.apply(0.1)).toBe(1);
    expect(calibration.expectedCalibrationErrorRatio).toBe(0);
  });

  it("turns an over-sure confidence into the share that is right", () => {
    const { confidence, correct } = overSure(5000, 1);
    const calibration = Calibration.fit(confidence, correct);
    for (const c of [0.4, 0.6, 0.9]) expect(Math.abs(calibration.apply(c) - c * c)).toBeLessThan(0.05);
  });

  it("never falls and stays within 0 and 1", () => {
    const { confidence, correct } = overSure(300, 2);
    const calibration = Calibration.fit(confidence, correct);
    let before = 0;
    for (let c = -0.1; c <= 1.1; c += 0.01) {
      const value = calibration.apply(c);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(value).toBeLessThanOrEqual(1);
      before = value;
    }
  });

  it("judges itself on images that its curve has not seen", () => {
    const { confidence, correct } = overSure(500, 3);
    const { expectedCalibrationErrorRatio } = Calibration.fit(confidence, correct);
    expect(expectedCalibrationErrorRatio).toBeGreaterThan(0.005);
    expect(expectedCalibrationErrorRatio).toBeLessThan(0.1);
  });

  it("is nearly free of error on many images", () => {
    const { confidence, correct } = overSure(20_000, 4);
    expect(Calibration.fit(confidence, correct).expectedCalibrationErrorRatio).toBeLessThan(0.015);
  });

  it("comes back from its state", () => {
    const { confidence, correct } = overSure(200, 5);
    const calibration = Calibration.fit(confidence, correct);
    const state = decodePlain(encodePlain(calibration.toState())) as unknown as CalibrationState;
    const restored = Calibration.fromState(state);
    for (const c of confidence) expect(restored.apply(c)).toBe(calibration.apply(c));
    expect(restored.toState()).toEqual(calibration.toState());
  });

  it("refuses a state of another version", () => {
    const state = { ...Calibration.fit([0.5], [true]).toState(), version: 2 };
    expect(() => Calibration.fromState(state as unknown as CalibrationState)).toThrow(RangeError);
  });
});
