import { describe, expect, it } from "vitest";
import { Profile } from "../../../src/profile/profile.ts";
import { confidenceCuts, Strata } from "../../../src/profile/strata.ts";

const EDGES = [0.5, 0.6, 0.8, 0.9];
const at = (confidence: number, classIndex = 0) => ({
  weight: 2,
  outcome: { classIndex, confidence },
  calibratedConfidence: 0.25,
});

describe("the cuts of confidence", () => {
  it("are unknown without confidences", () => {
    expect(confidenceCuts([])).toBeUndefined();
    expect(confidenceCuts([Number.NaN])).toBeUndefined();
  });

  it("are finer where confidences are low, and each bin holds its share of the reference", () => {
    const confidences = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) / 100 + 0.01);
    const cuts = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];
    expect(confidenceCuts(confidences)).toEqual(cuts.map((cut) => expect.closeTo(cut, 9)));
    const strata = new Strata(1, confidenceCuts(confidences));
    for (const confidence of confidences) strata.record(at(confidence));
    expect([...strata.weight.subarray(0, 8)]).toEqual([2, 3, 5, 10, 20, 20, 20, 20].map((count) => 2 * count));
  });
});

describe("a stratum", () => {
  it.each([
    [0, 0],
    [0.5, 0],
    [0.51, 1],
    [0.85, 3],
    [1, 4],
  ])("of confidence %d is bin %i of its class", (confidence, bin) => {
    const strata = new Strata(3, EDGES);
    strata.record(at(confidence, 1));
    expect(strata.weight.indexOf(2)).toBe(5 + bin);
    expect(strata.calibrated[5 + bin]).toBe(0.5);
  });

  it("is a fifth of the calibrated confidence for a reference without edges", () => {
    const strata = new Strata(3);
    strata.record(at(0.99));
    expect(strata.weight[1]).toBe(2);
  });

  it("is shared by all classes beyond the fiftieth", () => {
    const strata = new Strata(1000, EDGES);
    for (const classIndex of [50, 999, 1000]) strata.record(at(1, classIndex));
    expect(strata.weight).toHaveLength(51 * 5);
    expect(strata.weight.at(-1)).toBe(6);
  });

  it("gives up a label that is taken back", () => {
    const strata = new Strata(3, EDGES);
    strata.recordLabel(at(0.7), true, 1);
    strata.recordLabel(at(0.7), true, -1);
    expect([...strata.labelled, ...strata.correct].every((sum) => sum === 0)).toBe(true);
  });
});

describe("a Profile of other edges", () => {
  const shape = { statistics: [], classCount: 2, components: 0 };
  const prediction = { id: "a", timeSeconds: 0, ...at(0.7) };

  it("is merged, as that of an earlier version is", () => {
    const old = new Profile(shape);
    old.recordPrediction(prediction);
    const now = new Profile({ ...shape, confidenceEdges: EDGES });
    now.recordPrediction(prediction);
    now.merge(Profile.fromState(old.toState()));
    expect(now.predictions.strata.weight.reduce((sum, weight) => sum + weight)).toBe(4);
  });

  it("comes back from a state whole, whatever the number of its bins", () => {
    const confidenceEdges = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
    const profile = new Profile({ ...shape, confidenceEdges });
    for (const classIndex of [0, 1]) {
      for (let step = 0; step < 40; step++) {
        const outcome = { classIndex, confidence: (step + 0.5) / 40 };
        const recorded = {
          id: `${classIndex} ${step}`,
          timeSeconds: step,
          weight: 1,
          outcome,
          calibratedConfidence: 0.5,
        };
        profile.recordPrediction(recorded);
        profile.recordLabel(recorded, step % 2, 1);
      }
    }
    expect(Profile.fromState(profile.toState()).predictions.strata.toState()).toEqual(
      profile.predictions.strata.toState(),
    );
  });

  it("takes up one with fewer bins without losing anything, class by class", () => {
    const [old, now] = [new Strata(2), new Strata(2, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8])];
    for (const classIndex of [0, 1]) old.record(at(0.9, classIndex));
    old.recordLabel(at(0.9, 1), true, 1);
    now.merge(old);
    const ofClass = (sums: Float64Array, index: number): number =>
      sums.subarray(index * 8, index * 8 + 8).reduce((sum, value) => sum + value, 0);
    expect([0, 1, 2].map((index) => ofClass(now.weight, index))).toEqual([2, 2, 0]);
    expect([0, 1, 2].map((index) => ofClass(now.labelled, index))).toEqual([0, 2, 0]);
    expect([0, 1, 2].map((index) => ofClass(now.correct, index))).toEqual([0, 2, 0]);
  });

  it("keeps its edges in its state", () => {
    const restored = Profile.fromState(new Profile({ ...shape, confidenceEdges: EDGES }).toState());
    restored.recordPrediction(prediction);
    expect(restored.predictions.strata.weight[2]).toBe(2);
  });
});
