import { describe, expect, it } from "vitest";
import type { Prediction } from "../../../src/core/prediction.ts";
import { type Activation, resolveOutcome } from "../../../src/intake/outcome.ts";

const CLASSES = ["water", "cloudy", "desert", "green_area"];
const OTHER = CLASSES.length;

const scores = (...values: number[]): Prediction => ({ kind: "scores", scores: Float64Array.from(values) });
const ranked = (complete: boolean, ...pairs: [string, number][]): Prediction => ({
  kind: "ranked",
  complete,
  ranked: pairs.map(([label, score]) => ({ label, score })),
});
const resolve = (
  prediction: Prediction | undefined,
  activation: Activation = "auto",
  classes: readonly string[] = CLASSES,
) => {
  const resolved = resolveOutcome(prediction, classes, activation);
  if ("reason" in resolved) return resolved.reason;
  const { classIndex, confidence, probabilities } = resolved.outcome;
  return { classIndex, confidence, probabilities: probabilities && Array.from(probabilities) };
};
const about = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));
const outcome = (classIndex: number, confidence: number, probabilities?: readonly number[]) => ({
  classIndex,
  confidence: Number.isNaN(confidence) ? Number.NaN : expect.closeTo(confidence, 6),
  probabilities: probabilities && about(probabilities),
});

describe("a list of the best classes", () => {
  it("may be longer than a function can have arguments", () => {
    const ranked = Array.from({ length: 300_000 }, (_, k) => ({ label: `c${k}`, score: k === 7 ? 0.5 : 0 }));
    const resolved = resolveOutcome({ kind: "ranked", ranked, complete: false }, ["c7", "b"], "auto");
    expect(resolved).toMatchObject({ outcome: { classIndex: 0 } });
  });
});

describe("a prediction that cannot be tied to the class list", () => {
  it.each([
    ["no_prediction", undefined, "auto"],
    ["no_prediction", ranked(false), "auto"],
    ["boxes_unsupported", { kind: "boxes", boxes: [] } as Prediction, "auto"],
    ["wrong_length", scores(), "auto"],
    ["wrong_length", scores(0.5, 0.5), "auto"],
    ["wrong_length", scores(0.2, 0.2, 0.2, 0.2, 0.2), "softmax"],
    ["not_finite", scores(Number.NaN, 0.5, 0.3, 0.2), "auto"],
    ["not_finite", scores(Number.POSITIVE_INFINITY, 0, 0, 0), "softmax"],
    ["not_finite", ranked(false, ["water", Number.NaN]), "auto"],
    ["not_normalised", scores(0.9, 0.9, 0.1, 0.1), "auto"],
    ["not_normalised", scores(0, 0, 0, 0), "auto"],
    ["not_normalised", scores(3, 1, 0, 0), "none"],
    ["not_normalised", ranked(false, ["water", 0.9], ["desert", 0.8]), "auto"],
    ["not_normalised", ranked(false, ["water", 7], ["desert", 3]), "auto"],
    ["not_normalised", ranked(false, ["water", 0.7]), "softmax"],
    ["not_normalised", ranked(true, ["water", 0.9], ["cloudy", 0.9], ["desert", 0.1], ["green_area", 0.1]), "auto"],
    ["unknown_class", { kind: "label", label: 4 } as Prediction, "auto"],
    ["unknown_class", { kind: "label", label: -1 } as Prediction, "auto"],
    ["unknown_class", ranked(false, ["17", 0.9]), "auto"],
  ] as const)("has the reason %s", (reason, prediction, activation) => {
    expect(resolve(prediction, activation)).toBe(reason);
  });
});

describe("dense scores", () => {
  it("that sum to 1 within a thousandth are probabilities, made to sum to 1", () => {
    expect(resolve(scores(0.7, 0.1, 0.1, 0.1005))).toEqual(
      outcome(0, 0.7 / 1.0005, [0.7 / 1.0005, 0.1 / 1.0005, 0.1 / 1.0005, 0.1005 / 1.0005]),
    );
  });

  it("outside 0 to 1 are logits", () => {
    expect(resolve(scores(0, Math.log(3), -800, -900))).toEqual(outcome(1, 0.75, [0.25, 0.75, 0, 0]));
    expect(resolve(scores(1000, 1001, 0, 0))).toEqual(
      outcome(1, 1 / (1 + Math.exp(-1)), [1 / (1 + Math.E), Math.E / (1 + Math.E), 0, 0]),
    );
  });

  it("are sigmoids or softmaxed when it is so configured", () => {
    expect(resolve(scores(0, 0, 0, 0), "sigmoid")).toEqual(outcome(0, 0.25, [0.25, 0.25, 0.25, 0.25]));
    expect(resolve(scores(0, 0, 0, 0), "softmax")).toEqual(outcome(0, 0.25, [0.25, 0.25, 0.25, 0.25]));
    expect(resolve(scores(-9999, -9999, -9999, -9999), "sigmoid")).toBe("not_normalised");
  });

  it("may be a single one for two classes: that of the second", () => {
    const two = ["ok", "defect"];
    expect(resolve(scores(0.9), "auto", two)).toEqual(outcome(1, 0.9, [0.1, 0.9]));
    expect(resolve(scores(0.2), "none", two)).toEqual(outcome(0, 0.8, [0.8, 0.2]));
    expect(resolve(scores(-Math.log(3)), "auto", two)).toEqual(outcome(0, 0.75, [0.75, 0.25]));
    expect(resolve(scores(0), "sigmoid", two)).toEqual(outcome(0, 0.5, [0.5, 0.5]));
  });
});

describe("a map of all classes", () => {
  it("is dense scores in another order", () => {
    expect(resolve(ranked(true, ["desert", 0.6], ["water", 0.2], ["cloudy", 0.1], ["green_area", 0.1]))).toEqual(
      outcome(2, 0.6, [0.2, 0.1, 0.6, 0.1]),
    );
    expect(resolve(ranked(true, ["desert", 5], ["water", 5], ["cloudy", -900], ["green_area", -900]))).toEqual(
      outcome(0, 0.5, [0.5, 0, 0.5, 0]),
    );
  });
});

describe("the best few classes", () => {
  it("leave the rest of the mass, spread evenly over the classes that are not named", () => {
    expect(resolve(ranked(false, ["desert", 0.6], ["water", 0.3]))).toEqual(outcome(2, 0.6, [0.3, 0.05, 0.6, 0.05]));
  });

  it("need not come in order", () => {
    expect(resolve(ranked(false, ["water", 0.3], ["desert", 0.6]))).toEqual(outcome(2, 0.6, [0.3, 0.05, 0.6, 0.05]));
  });

  it("may name classes by index", () => {
    expect(resolve(ranked(false, ["2", 0.6], ["0", 0.3]))).toEqual(outcome(2, 0.6, [0.3, 0.05, 0.6, 0.05]));
  });

  it("give no probabilities when an unnamed class would be likelier than the best", () => {
    expect(resolve(ranked(false, ["desert", 0.1]))).toEqual(outcome(2, 0.1));
  });

  it("may have a new class on top, or below it", () => {
    expect(resolve(ranked(false, ["snow", 0.8], ["water", 0.2]))).toEqual(outcome(OTHER, 0.8));
    expect(resolve(ranked(false, ["water", 0.7], ["snow", 0.2]))).toEqual(outcome(0, 0.7, [0.7, 0.1, 0.1, 0.1]));
  });

  it("may be sigmoids", () => {
    expect(resolve(ranked(false, ["water", Math.log(3)]), "sigmoid")).toEqual(
      outcome(0, 0.75, [0.75, 1 / 12, 1 / 12, 1 / 12]),
    );
  });
});

describe("a label alone", () => {
  it("has no confidence", () => {
    expect(resolve({ kind: "label", label: "desert" })).toEqual(outcome(2, Number.NaN));
    expect(resolve({ kind: "label", label: 2 })).toEqual(outcome(2, Number.NaN));
    expect(resolve({ kind: "label", label: "2" })).toEqual(outcome(2, Number.NaN));
  });

  it('is compared exactly, and is "other" when it is a new name', () => {
    for (const name of ["Water", " water", "snow", "__proto__", "constructor", "\ud800", ""]) {
      expect(resolve({ kind: "label", label: name })).toEqual(outcome(OTHER, Number.NaN));
    }
  });

  it("is a name before it is an index", () => {
    expect(resolve({ kind: "label", label: 1 }, "auto", ["5", "3", "1"])).toEqual(outcome(2, Number.NaN));
  });
});
