import { describe, expect, it } from "vitest";
import type { Cause, DriftSignal } from "../../../src/core/assessment.ts";
import { judgeWindow, settleTrust, type VerdictInput } from "../../../src/explain/verdict.ts";

const quiet: DriftSignal = {
  detector: "embedding_distance",
  subject: "all",
  score: { value: 0, sampleCount: 100 },
  pValue: 0.5,
  drifting: false,
};
const loud: DriftSignal = { ...quiet, pValue: 1e-9, drifting: true };
const cause = (kind: Cause["kind"], sentence: string): Cause => ({ kind, subject: "", sentence, shareRatio: 1 });
const BLURRED = cause("statistic", "Images are blurred.");
const estimate = {
  estimator: "label_fit_transport",
  accuracy: { value: 0.9, lower: 0.85, upper: 0.94, sampleCount: 100 },
  trusted: true,
};
const realised = (value: number, half: number): NonNullable<VerdictInput["realised"]> => ({
  accuracy: { value, lower: value - half, upper: value + half, sampleCount: 312 },
  estimatedOnLabelled: { value: 0.9, sampleCount: 312 },
  confusion: [],
});
const input: VerdictInput = {
  signals: [quiet],
  causes: [],
  newContent: false,
  estimates: [],
  accuracyFloorRatio: 0.8,
  imageCount: 100,
  predictionCount: 100,
};

describe("the verdict", () => {
  it("is that there is not enough data when no test could be made", () => {
    expect(judgeWindow({ ...input, signals: [], imageCount: 3, predictionCount: 4 })).toEqual({
      verdict: "not_enough_data",
      sentence: "Too little to judge: 3 images and 4 predictions.",
    });
  });

  it("is ok, with the accuracy, when nothing drifts", () => {
    expect(judgeWindow({ ...input, estimates: [estimate] })).toEqual({
      verdict: "ok",
      sentence: "Images and predictions are like those of the reference. Estimated accuracy is 90 % (85 % to 94 %).",
    });
  });

  it("is drifting, with the first cause", () => {
    const { verdict, sentence } = judgeWindow({ ...input, signals: [quiet, loud], causes: [BLURRED] });
    expect(verdict).toBe("drifting");
    expect(sentence).toBe("Images are blurred.");
  });

  it("is drifting though no cause is found", () => {
    const { verdict, sentence } = judgeWindow({ ...input, signals: [loud] });
    expect(verdict).toBe("drifting");
    expect(sentence).toContain("nothing stands out");
  });

  it("is that accuracy is below the floor only when all of its interval is", () => {
    expect(judgeWindow({ ...input, realised: realised(0.75, 0.06) }).verdict).toBe("ok");
    const { verdict, sentence } = judgeWindow({
      ...input,
      signals: [loud],
      causes: [BLURRED],
      realised: realised(0.71, 0.05),
    });
    expect(verdict).toBe("accuracy_below_floor");
    expect(sentence).toBe(
      "Accuracy is 71 % (66 % to 76 %) of 312 labels, below the floor of 80 %. Images are blurred.",
    );
  });

  it("comes without a floor too", () => {
    const { accuracyFloorRatio: _, ...without } = input;
    expect(judgeWindow({ ...without, realised: realised(0.2, 0.05) }).verdict).toBe("ok");
  });

  it("goes by a trusted estimate where there are no labels, and by no other", () => {
    const low = { ...estimate, accuracy: { value: 0.6, lower: 0.5, upper: 0.7, sampleCount: 100 } };
    expect(judgeWindow({ ...input, estimates: [low] }).verdict).toBe("accuracy_below_floor");
    expect(judgeWindow({ ...input, estimates: [{ ...low, trusted: false }] }).verdict).toBe("ok");
    expect(judgeWindow({ ...input, estimates: [low], realised: realised(0.9, 0.05) }).verdict).toBe("ok");
  });

  it("does not take labels on doubtful images for the accuracy", () => {
    const corrected = { ...estimate, estimator: "partial_labels", labelledRatio: 0.3 };
    const { verdict, sentence } = judgeWindow({
      ...input,
      estimates: [estimate, corrected],
      realised: realised(0.5, 0.05),
    });
    expect(verdict).toBe("ok");
    expect(sentence).toContain("Accuracy is 90 % (85 % to 94 %) from 312 labels.");
  });

  it("is new content, which is worse than drift and better than a broken floor", () => {
    const fresh = { ...input, signals: [loud], newContent: true, causes: [cause("new_region", "New content: look.")] };
    expect(judgeWindow(fresh)).toEqual({
      verdict: "new_content",
      sentence: "New content: look. Accuracy cannot be estimated for it.",
    });
    expect(judgeWindow({ ...fresh, realised: realised(0.5, 0.05) }).verdict).toBe("accuracy_below_floor");
  });
});

describe("new content with a few labels", () => {
  it("leaves accuracy open: neither those labels nor the estimate speak for the other images", () => {
    const corrected = { ...estimate, estimator: "partial_labels", labelledRatio: 0.2, trusted: false };
    const judged = judgeWindow({
      ...input,
      signals: [loud],
      newContent: true,
      estimates: [{ ...estimate, trusted: false }, corrected],
      realised: realised(0.5, 0.05),
    });
    expect(judged.verdict).toBe("new_content");
    expect(judged.sentence).not.toMatch(/\d %/);
  });
});

describe("the trust in estimates", () => {
  const doubted = { ...estimate, trusted: false };

  it("is restored when drift has a reason, and lost in the face of new content", () => {
    expect(settleTrust([doubted], false)[0]?.trusted).toBe(true);
    expect(settleTrust([estimate], true)[0]?.trusted).toBe(false);
  });

  it("stands in the face of new content when the estimate rests on labels", () => {
    expect(settleTrust([{ ...estimate, labelledRatio: 0.7 }], true)[0]?.trusted).toBe(true);
    expect(settleTrust([{ ...estimate, labelledRatio: 0.2 }], true)[0]?.trusted).toBe(false);
  });
});
