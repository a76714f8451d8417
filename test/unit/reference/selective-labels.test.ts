import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { findSelection } from "../../../src/reference/selective-labels.ts";

/** Mostly sure, some doubtful. */
function confidences(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 1 - 0.7 * random.next() ** 2);
}

describe("labels beside unlabelled predictions of the same time", () => {
  it("pass when they were drawn at random, seed by seed", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [labelled, unlabelled] = [confidences(200, seed), confidences(800, 100 + seed)];
      expect(findSelection(labelled, unlabelled, [])).toBeUndefined();
    }
  });

  it("are refused when only the doubtful ones have labels, with both medians", () => {
    const all = confidences(1000, 3).sort((a, b) => a - b);
    expect(findSelection(all.slice(0, 200), all.slice(200), [])).toMatch(
      /median confidence 0.42 with a label, 0.90 without/,
    );
  });

  it("are refused when a few random ones are among many doubtful ones", () => {
    const all = confidences(1000, 3).sort((a, b) => a - b);
    const labelled = [...all.slice(0, 200), ...all.filter((_, index) => index % 20 === 19)];
    expect(findSelection(labelled, all.slice(200), [])).toBeDefined();
  });

  it("pass when every confidence is the same", () => {
    expect(findSelection(new Array(200).fill(1), new Array(200).fill(1), [])).toBeUndefined();
  });
});

describe("labels alone, beside the reference", () => {
  const reference = confidences(500, 7);

  it("pass when they are like the reference, and when the model has become less sure", () => {
    expect(findSelection(confidences(200, 8), [], reference)).toBeUndefined();
    const lessSure = confidences(400, 8).map((confidence, index) => confidence - (index % 2) * 0.2);
    expect(findSelection(lessSure, [], reference)).toBeUndefined();
  });

  it("that end below the reference's pass once the unlabelled ones show that all do", () => {
    const [labelled, unlabelled] = [8, 9].map((seed) => confidences(300, seed).map((confidence) => 0.8 * confidence));
    expect(findSelection(labelled as number[], [], reference)).toMatch(/20 % of its predictions/);
    expect(findSelection(labelled as number[], unlabelled as number[], reference)).toBeUndefined();
  });

  it("are refused when they stop at a confidence, and the gap is named", () => {
    const doubtful = confidences(600, 9).filter((confidence) => confidence < 0.8);
    expect(findSelection(doubtful, [], reference)).toMatch(/0 are for confidences from 0\.\d\d to .*20 % of its/);
  });

  it("pass when the reference has no confidences to compare with", () => {
    expect(findSelection(confidences(200, 8), [], [])).toBeUndefined();
  });
});
