import { describe, expect, it } from "vitest";
import { cbpe } from "../../../src/performance/cbpe.ts";
import type { JudgedEstimate } from "../../../src/performance/estimator.ts";
import { Profile } from "../../../src/profile/profile.ts";

const fitted = cbpe.restore({ calibrated: 500 });

function windowOf(confidences: readonly number[], weight = 1): Profile {
  const profile = new Profile({ statistics: [], classCount: 2, components: 0 });
  for (const [index, calibratedConfidence] of confidences.entries()) {
    const outcome = { classIndex: 0, confidence: 0.5 };
    profile.recordPrediction({ id: `${index}`, timeSeconds: 0, weight, outcome, calibratedConfidence });
  }
  return profile;
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

describe("confidence-based estimation", () => {
  it("needs five calibrated predictions and a calibration", () => {
    expect(fitted.estimate(windowOf(times(4, 0.9)))).toBeUndefined();
    expect(fitted.estimate(windowOf(times(100, Number.NaN)))).toBeUndefined();
    expect(cbpe.restore({ calibrated: 0 }).estimate(windowOf(times(100, 0.9)))).toBeUndefined();
  });

  it("gives the worked number", () => {
    const { accuracy, trusted } = fitted.estimate(windowOf(times(100, 0.9))) as JudgedEstimate;
    expect(accuracy.value).toBeCloseTo(0.9, 12);
    expect(accuracy.lower).toBeCloseTo(0.9 - 1.6448536 * Math.sqrt(0.09 * 0.012), 6);
    expect(accuracy.sampleCount).toBe(100);
    expect(trusted).toBe(true);
  });

  it("keeps the error of the calibration however many predictions there are", () => {
    const { accuracy } = fitted.estimate(windowOf(times(20_000, 0.9))) as JudgedEstimate;
    expect(accuracy.upper! - accuracy.value).toBeGreaterThan(1.6448536 * Math.sqrt(0.09 / 500));
  });

  it("leaves out predictions without a calibrated confidence", () => {
    const { accuracy } = fitted.estimate(windowOf([...times(50, 0.6), ...times(50, Number.NaN)])) as JudgedEstimate;
    expect(accuracy.value).toBeCloseTo(0.6, 12);
    expect(accuracy.sampleCount).toBe(50);
    expect(accuracy.upper! - 0.6).toBeCloseTo(1.6448536 * Math.sqrt(0.24 * (1 / 50 + 1 / 500)), 6);
  });
});
