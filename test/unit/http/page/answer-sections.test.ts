import { describe, expect, it } from "vitest";
import type { HistoryPoint } from "../../../../src/core/assessment.ts";
import { headline } from "../../../../src/http/page/headline.ts";
import { historySection } from "../../../../src/http/page/history.ts";
import { keyNumbers } from "../../../../src/http/page/key-numbers.ts";
import { mostDrifting } from "../../../../src/http/page/signal-order.ts";
import { assessmentOf, NOW, windowOf } from "../literals.ts";
import { count, signal, text } from "./reading.ts";

describe("the headline", () => {
  it("says verdict, sentence and evidence", () => {
    const said = text(
      headline(assessmentOf(), windowOf({ verdict: "drifting", sentence: "Images are blurred.", labelCount: 1 })),
    );
    expect(said).toContain("Drifting");
    expect(said).toContain("Images are blurred.");
    expect(said).toContain("100 images, 100 predictions, 1 label in the window 1h");
  });

  it("ranks at most three causes", () => {
    const causes = [1, 2, 3, 4].map((n) => ({
      kind: "statistic" as const,
      subject: "",
      sentence: `Cause ${n}.`,
      shareRatio: 1 / n,
    }));
    const said = text(headline(assessmentOf(), windowOf({ causes })));
    expect(said).toContain("Cause 3.");
    expect(said).not.toContain("Cause 4.");
  });

  it("says nothing of a share that is not known", () => {
    const causes = [{ kind: "confidence" as const, subject: "", sentence: "Why.", shareRatio: Number.NaN }];
    expect(text(headline(assessmentOf(), windowOf({ causes })))).not.toContain("of the drift");
  });
});

describe("the key numbers", () => {
  const realised = (value: number, upper: number) => ({
    accuracy: { value, lower: value - 0.05, upper, sampleCount: 40 },
    estimatedOnLabelled: { value, sampleCount: 40 },
    confusion: [],
  });

  it("say what is missing in an empty window", () => {
    const said = text(keyNumbers(assessmentOf(), windowOf({ imageCount: 0 })));
    expect(said).toContain("no labels yet");
    expect(said).toContain("no images in this window");
  });

  it("show realised accuracy with interval, labels and floor", () => {
    const floor = { accuracyFloorRatio: 0.85 };
    const said = (value: number, upper: number): string =>
      text(keyNumbers(assessmentOf(floor), windowOf({ realised: realised(value, upper) })));
    expect(said(0.9, 0.95)).toContain("90.0 % 85.0 to 95.0 %, 40 labels above the floor of 85 %");
    expect(said(0.8, 0.88)).toContain("below the floor of 85 %");
    expect(said(0.7, 0.8)).toContain("surely below the floor of 85 %");
  });

  it("show accuracy corrected for which images got labels, what of it rests on them, and what they alone would say", () => {
    const corrected = {
      accuracy: { value: 0.9, lower: 0.87, upper: 0.93, sampleCount: 500 },
      labelledRatio: 0.38,
      trusted: true,
    };
    const assessment = assessmentOf({ accuracyFloorRatio: 0.85 });
    const said = text(keyNumbers(assessment, windowOf({ realised: { ...realised(0.66, 0.75), corrected } })));
    expect(said).toContain("90.0 % 87.0 to 93.0 %, above the floor of 85 %");
    expect(said).toContain("38 % of it rests on 40 labels");
    expect(said).toContain("the labelled alone: 66.0 % right (61.0 to 75.0 %)");
    const doubtful = { ...corrected, trusted: false };
    const withheld = text(
      keyNumbers(assessment, windowOf({ realised: { ...realised(0.66, 0.75), corrected: doubtful } })),
    );
    expect(withheld).toContain("66.0 % of the labelled");
    expect(withheld).toContain("says nothing of the images without a label");
    expect(withheld).not.toContain("90.0");
  });

  it("hold what confidence promised against the truth of the labelled", () => {
    const estimates = [{ estimator: "cbpe", accuracy: { value: 0.95, sampleCount: 90 }, trusted: true }];
    const window = windowOf({
      estimates,
      realised: { ...realised(0.8, 0.9), estimatedOnLabelled: { value: 0.93, sampleCount: 40 } },
    });
    expect(text(keyNumbers(assessmentOf(), window))).toContain(
      "confidence promised 93.0 % of the labelled, 80.0 % are right",
    );
  });

  it("withhold an estimate that is not to be trusted", () => {
    const estimates = [{ estimator: "label_fit", accuracy: { value: 0.4321, sampleCount: 9 }, trusted: false }];
    const said = text(keyNumbers(assessmentOf(), windowOf({ estimates })));
    expect(said).toContain("not to be trusted");
    expect(said).not.toContain("43.2");
  });

  it("show the drift of all images before that of a part, unless only the part drifts", () => {
    expect(mostDrifting([])).toBeUndefined();
    expect(mostDrifting([signal("blur", 5), signal("all", 2)])?.subject).toBe("all");
    expect(mostDrifting([signal("blur", 5), signal("all", 0.5)])?.subject).toBe("blur");
    expect(mostDrifting([signal("blur", 0.9), signal("all", 0.5)])?.subject).toBe("all");
  });
});

describe("the history", () => {
  const point = (index: number): HistoryPoint => ({
    timeSeconds: NOW - 3600 + index * 60,
    window: "1h",
    verdict: index < 30 ? "ok" : "drifting",
    imageCount: 9,
    realisedRatio: 0.9,
    driftRatios: { class_mix: 0.5, embedding_distance: index < 30 ? 0.3 : 4 },
  });

  it.each([0, 1])("of %i points says that it begins later", (length) => {
    const history = Array.from({ length }, (_, index) => point(index));
    expect(text(historySection(assessmentOf({ history }), windowOf()))).toContain("begins with its second assessment");
  });

  it("draws verdicts, accuracy and drift, each with a title and a description", () => {
    const history = Array.from({ length: 60 }, (_, index) => point(index));
    const markup = historySection(assessmentOf({ history, accuracyFloorRatio: 0.8 }), windowOf());
    expect(count(markup, /role="img"/g)).toBe(3);
    for (const [, ids] of String(markup).matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of (ids as string).split(" ")) expect(count(markup, new RegExp(`id="${id}"`, "g"))).toBe(1);
    }
    expect(text(markup)).toContain("4.0× embedding distance");
    expect(text(markup)).toContain("80 % floor");
    expect(String(markup)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("draws the accuracy of the labelled alone beside the corrected one", () => {
    const history = Array.from({ length: 60 }, (_, index) => ({ ...point(index), correctedRatio: 0.95 }));
    const said = text(historySection(assessmentOf({ history }), windowOf()));
    expect(said).toContain("95.0 % realised");
    expect(said).toContain("90.0 % labelled alone");
  });

  it("survives scores that are not finite", () => {
    const history = [0, 1, 2].map((index) => ({
      ...point(index),
      realisedRatio: Number.NaN,
      driftRatios: { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -3 },
    }));
    expect(String(historySection(assessmentOf({ history }), windowOf()))).not.toMatch(/NaN|Infinity/);
  });

  it("says that an estimate which ended is withheld", () => {
    const history = [0, 1, 2, 3].map((index) => ({ ...point(index), ...(index < 2 && { estimatedRatio: 0.9 }) }));
    expect(text(historySection(assessmentOf({ history }), windowOf()))).toContain("estimate withheld");
  });
});
