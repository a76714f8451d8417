import { describe, expect, it } from "vitest";
import { decideLabel, type LabelFacts } from "../../../src/performance/label-decision.ts";

const facts: LabelFacts = { classIndex: 2, nowSeconds: 1000, keepSeconds: 600, onConflict: "last" };
const prediction = { timeSeconds: 500 };

describe("a label", () => {
  it("is matched with its prediction", () => {
    expect(decideLabel({ ...facts, prediction })).toEqual({ result: "matched", count: 2 });
  });

  it("is matched up to the last moment, and expired after it", () => {
    expect(decideLabel({ ...facts, prediction: { timeSeconds: 400 } }).result).toBe("matched");
    expect(decideLabel({ ...facts, prediction: { timeSeconds: 399.9 } })).toEqual({ result: "expired" });
  });

  it("waits for a prediction that is not known", () => {
    expect(decideLabel(facts)).toEqual({ result: "pending", wait: 2 });
  });

  it("is a duplicate the second time, early or not", () => {
    expect(decideLabel({ ...facts, waiting: 2 })).toEqual({ result: "duplicate" });
    expect(decideLabel({ ...facts, prediction: { ...prediction, labelledAs: 2 } })).toEqual({ result: "duplicate" });
  });

  it("corrects an earlier label where the last one counts", () => {
    expect(decideLabel({ ...facts, prediction: { ...prediction, labelledAs: 0 } })).toEqual({
      result: "corrected",
      count: 2,
      takeBack: 0,
    });
    expect(decideLabel({ ...facts, waiting: 0 })).toEqual({ result: "corrected", wait: 2 });
  });

  it("is a conflict where the first one counts", () => {
    const first = { ...facts, onConflict: "first" as const };
    expect(decideLabel({ ...first, prediction: { ...prediction, labelledAs: 0 } })).toEqual({ result: "conflict" });
    expect(decideLabel({ ...first, waiting: 0 })).toEqual({ result: "conflict" });
  });

  it("counts for nothing when its class is unknown, whatever else is known", () => {
    const unknown = { ...facts, classIndex: undefined };
    expect(decideLabel(unknown)).toEqual({ result: "unknown_class" });
    expect(decideLabel({ ...unknown, prediction })).toEqual({ result: "unknown_class" });
  });

  it("does not change a prediction that is too old, not even to correct it", () => {
    const old = { timeSeconds: 0, labelledAs: 0 };
    expect(decideLabel({ ...facts, prediction: old })).toEqual({ result: "expired" });
  });

  it("may come before the clock of the prediction", () => {
    expect(decideLabel({ ...facts, prediction: { timeSeconds: 2000 } }).result).toBe("matched");
  });
});
