import { describe, expect, it } from "vitest";
import { classMix } from "../../../src/drift/class-mix.ts";
import type { FittedDetector } from "../../../src/drift/detector.ts";
import { Profile } from "../../../src/profile/profile.ts";

/** Predictions in the given numbers per class; the last is "other". */
function profileOf(counts: readonly number[], weight = 1): Profile {
  const profile = new Profile({ statistics: [], classCount: counts.length - 1, components: 0 });
  for (const [classIndex, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      profile.recordPrediction({
        id: `${classIndex} ${i}`,
        timeSeconds: 0,
        weight,
        outcome: { classIndex, confidence: Number.NaN },
        calibratedConfidence: Number.NaN,
      });
    }
  }
  return profile;
}

const against = (reference: readonly number[]): FittedDetector =>
  classMix.restore({}, profileOf(reference), { classes: [], statistics: [] });

describe("class mix", () => {
  it("is the worked number", () => {
    const [signal] = against([300, 200, 0, 0]).compare(profileOf([50, 30, 20, 0]), 0.05);
    expect(signal?.score.value).toBeCloseTo(0.325, 3);
    expect(signal?.score.threshold).toBeCloseTo(0.104, 3);
    expect(signal?.drifting).toBe(true);
  });

  it("sees a few answers outside the class list", () => {
    const [signal] = against([300, 200, 0]).compare(profileOf([56, 38, 6]), 0.001);
    expect(signal?.drifting).toBe(true);
  });

  it("says nothing without predictions on either side", () => {
    expect(against([300, 200, 0]).compare(profileOf([2, 2, 0]), 0.05)).toEqual([]);
    expect(against([0, 0, 0]).compare(profileOf([50, 50, 0]), 0.05)).toEqual([]);
  });

  it("says nothing when every class is too rare to be told from the others", () => {
    expect(against([4, 5, 6]).compare(profileOf([50, 50, 0]), 0.05)).toEqual([]);
  });

  it("joins the rare classes of a long list, so that a thousand of them do not drown a change of one", () => {
    const reference = [400, 400, ...new Array<number>(1000).fill(1), 0];
    const live = [30, 90, ...new Array<number>(1000).fill(0).map((_, index) => (index % 10 === 0 ? 1 : 0)), 0];
    const same = [40, 40, ...new Array<number>(1000).fill(0).map((_, index) => (index % 10 === 0 ? 1 : 0)), 0];
    expect(against(reference).compare(profileOf(live), 0.01)[0]?.drifting).toBe(true);
    expect(against(reference).compare(profileOf(same), 0.2)[0]?.drifting).toBe(false);
  });

  it("is the same for sampled predictions of equal weight", () => {
    const fitted = against([300, 200, 0]);
    expect(fitted.compare(profileOf([50, 50, 0], 10), 0.05)).toEqual(fitted.compare(profileOf([50, 50, 0]), 0.05));
  });
});
