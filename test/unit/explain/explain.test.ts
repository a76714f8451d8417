import { describe, expect, it } from "vitest";
import type { Cause, DriftSignal } from "../../../src/core/assessment.ts";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { type Explanation, explain, type StatisticWords } from "../../../src/explain/explain.ts";
import type { JudgedEstimate, LabelFit } from "../../../src/performance/estimator.ts";
import { Profile } from "../../../src/profile/profile.ts";

const CLASSES = ["desert", "forest", "water"];
const STATISTICS: readonly StatisticWords[] = [
  { name: "brightness", unit: "8-bit level", low: "darker", high: "brighter" },
  { name: "sharpness", unit: "level²", low: "blurred", high: "sharper" },
  { name: "noise", unit: "8-bit level", low: "smoother", high: "noisier" },
];

interface World {
  /** Per image, in standard deviations. */
  readonly shift?: (index: number) => readonly [brightness: number, sharpness: number, noise: number];
  readonly shares?: readonly number[];
  readonly confidence?: number;
  readonly rebuilt?: (index: number) => number;
}

function profileOf({
  shift = () => [0, 0, 0],
  shares = [0.5, 0.25, 0.25],
  confidence = 0.97,
  rebuilt = () => 0,
}: World = {}): Profile {
  const random = seededRandom(7);
  const profile = new Profile({ statistics: STATISTICS.map(({ name }) => name), classCount: 3, components: 1 });
  for (let index = 0; index < 400; index++) {
    const u = (index + 0.5) / 400;
    const classIndex = u < shares[0]! ? 0 : u < shares[0]! + shares[1]! ? 1 : 2;
    const outcome = { classIndex, confidence: confidence - 0.02 * random.next() };
    const common = { timeSeconds: 0, weight: 1, outcome };
    const [brightness, sharpness, noise] = shift(index);
    const features = {
      ...common,
      ids: [`${index}`],
      statistics: Float64Array.of(
        120 + 30 * (standardNormal(random) + brightness),
        400 * Math.exp(0.5 * (standardNormal(random) + sharpness)),
        2 * Math.exp(0.3 * (standardNormal(random) + noise)),
      ),
      embedding: new Float32Array(1),
    };
    const projected = {
      components: Float64Array.of(0),
      bins: Uint8Array.of(0),
      energy: 0,
      reconstructionError: 5 + standardNormal(random) + rebuilt(index),
    };
    profile.recordPrediction({ ...common, id: `${index}`, calibratedConfidence: Number.NaN });
    profile.recordImage(features, projected, false);
  }
  return profile;
}

const reference = profileOf();
const signal = (detector: string, subject: string, value = 1, drifting = true): DriftSignal => ({
  detector,
  subject,
  score: { value, sampleCount: 400 },
  pValue: drifting ? 1e-9 : 0.5,
  drifting,
});
const EMBEDDING = signal("embedding_distance", "all");
const MOVED = STATISTICS.map(({ name }) => signal("kolmogorov_smirnov", name));

function withFit(residual: number, fit: Partial<LabelFit> = {}): JudgedEstimate[] {
  const labelFit: LabelFit = {
    classShares: Float64Array.of(0.5, 0.25, 0.25),
    distance: 1,
    residual,
    distancePValue: 1e-9,
    residualPValue: residual > 0.15 ? 1e-9 : 0.5,
    gate: residual > 0.15 ? 0 : 1,
    ...fit,
  };
  return [{ estimator: "label_fit_transport", accuracy: { value: 0.8, sampleCount: 400 }, trusted: false, labelFit }];
}

const explained = (
  world: World,
  signals: readonly DriftSignal[],
  estimates: readonly JudgedEstimate[] = [],
): Explanation =>
  explain({ window: profileOf(world), reference, signals, statistics: STATISTICS, classes: CLASSES, estimates });

const BLUR: World = { shift: () => [0, -3, -1.5] };
const kinds = (causes: readonly Cause[]): string[] => causes.map(({ kind }) => kind);

describe("an explanation", () => {
  it("is empty without drift, and of an empty window", () => {
    expect(explained({}, [])).toEqual({ causes: [], newContent: false });
    const window = new Profile(reference.shape);
    const nothing = { window, reference, signals: [], statistics: STATISTICS, classes: CLASSES, estimates: [] };
    expect(explain(nothing).causes).toEqual([]);
    expect(explain({ ...nothing, signals: [EMBEDDING, ...MOVED] }).newContent).toBe(false);
  });

  it("names blur, not the noise that fell with it", () => {
    const { causes, newContent } = explained(BLUR, [EMBEDDING, ...MOVED], withFit(0.95));
    expect(newContent).toBe(false);
    expect(kinds(causes)).toEqual(["statistic"]);
    expect(causes[0]?.subject).toBe("sharpness");
    expect(causes[0]?.sentence).toMatch(
      /^Images are blurred: the median sharpness fell from (3[6-9]|4[0-4])\d to (8|9)\d(\.\d)? level² and at least 8\d % of the images changed; noise changed with it\.$/,
    );
    expect(causes[0]?.shareRatio).toBeGreaterThan(0.8);
    expect(causes[0]?.shareRatio).toBeLessThan(0.95);
  });

  it("does not mention a statistic that moved too little to matter, whatever its p-value", () => {
    expect(explained({ shift: () => [0.15, 0, 0] }, [EMBEDDING, ...MOVED], withFit(0.05)).causes).toEqual([]);
  });

  it("says that some images are blurred when only some are", () => {
    const { causes } = explained({ shift: (index) => [0, index % 5 === 0 ? -6 : 0, 0] }, [...MOVED]);
    expect(causes[0]?.sentence).toMatch(/^Some images are blurred: .* at least (1\d|20) % of the images changed/);
  });

  it("gives a change of class shares with its numbers when that explains the drift", () => {
    const signals = [EMBEDDING, signal("class_mix", "all")];
    const { causes, newContent } = explained({ shares: [0.15, 0.25, 0.6] }, signals, withFit(0.1));
    expect(newContent).toBe(false);
    expect(causes[0]).toEqual({
      kind: "class_mix",
      subject: "desert",
      sentence:
        "The mix of classes changed: desert 15 % of predictions instead of 50 %; image content itself is as before.",
      shareRatio: 0.9,
    });
  });

  it("says nothing of class shares when predictions are spread as before", () => {
    expect(explained({}, [EMBEDDING], withFit(0.05)).causes).toEqual([]);
  });

  it("puts class shares before the statistics that follow from them", () => {
    const signals = [EMBEDDING, signal("class_mix", "all"), ...MOVED];
    const { causes } = explained({ shares: [0.15, 0.25, 0.6], shift: () => [-0.6, 0, 0] }, signals, withFit(0.1));
    expect(kinds(causes)).toEqual(["class_mix", "statistic"]);
    expect(causes[1]?.shareRatio).toBeLessThan(0.1);
  });

  it("does not call content unchanged when a residual is left", () => {
    const { causes } = explained({ shares: [0.15, 0.25, 0.6] }, [EMBEDDING, signal("class_mix", "all")], withFit(0.3));
    expect(causes.find(({ kind }) => kind === "class_mix")?.sentence).not.toContain("as before");
  });

  it("finds new content where neither class shares nor a statistic explain the drift", () => {
    const world: World = { rebuilt: (index) => (index % 5 < 2 ? 8 : 0) };
    const { causes, newContent } = explained(world, [EMBEDDING], withFit(0.9));
    expect(newContent).toBe(true);
    expect(causes[0]?.kind).toBe("new_region");
    expect(causes[0]?.sentence).toMatch(
      /^New content: at least (39|40) % of the images are unlike any reference class\./,
    );
    expect(causes[0]?.shareRatio).toBe(0.9);
  });

  it("finds new content beside old, though a statistic of the new images moved", () => {
    const world: World = { shift: (index) => [index % 2 === 0 ? 4 : 0, 0, 0] };
    const { causes, newContent } = explained(world, [EMBEDDING, ...MOVED], withFit(0.9));
    expect(newContent).toBe(true);
    expect(kinds(causes)).toEqual(["new_region", "statistic"]);
  });

  it("calls it a fault when every class drifts about as far as the whole, though only some images show it in a statistic", () => {
    const world: World = { shift: (index) => [index % 2 === 0 ? 4 : 0, 0, 0] };
    const classes = (last: DriftSignal): DriftSignal[] => [
      signal("embedding_distance", "class:desert", 1.2),
      signal("embedding_distance", "class:forest", 0.6),
      last,
    ];
    const touched = [EMBEDDING, ...MOVED, ...classes(signal("embedding_distance", "class:water", 0.9))];
    expect(explained(world, touched, withFit(0.9)).newContent).toBe(false);
    const hardly = [EMBEDDING, ...MOVED, ...classes(signal("embedding_distance", "class:water", 0.3))];
    expect(explained(world, hardly, withFit(0.9)).newContent).toBe(true);
    const unmoved = [EMBEDDING, ...MOVED, ...classes(signal("embedding_distance", "class:water", 0.9, false))];
    expect(explained(world, unmoved, withFit(0.9)).newContent).toBe(true);
  });

  it("finds new content where statistics moved that no fault moves together", () => {
    const world: World = { shift: () => [3, -3, -3] };
    expect(explained(world, [EMBEDDING, ...MOVED], withFit(0.9)).newContent).toBe(true);
  });

  it("does not call it new content while class shares may be the reason, or nothing is known of them", () => {
    expect(explained({}, [EMBEDDING], withFit(0.1)).newContent).toBe(false);
    expect(explained({}, [EMBEDDING], withFit(0.9, { residualPValue: 0.2 })).newContent).toBe(false);
    expect(explained({}, [EMBEDDING], []).newContent).toBe(false);
  });

  describe("with the traces that faults leave in the embedding", () => {
    const matching = (explainedRatio: number, world: World = {}): Explanation =>
      explain({
        window: profileOf(world),
        reference,
        signals: [EMBEDDING],
        statistics: STATISTICS,
        classes: CLASSES,
        estimates: withFit(0.95),
        faults: {
          match: () => ({ explainedRatio, parts: [{ statistic: "sharpness", sign: -1, ratio: explainedRatio }] }),
        },
      });

    it("names a blur that is too weak for any statistic, with what can be read of it", () => {
      const { causes, newContent } = matching(0.6, { shift: () => [0, -0.2, 0] });
      expect(newContent).toBe(false);
      expect(causes[0]).toMatchObject({ kind: "statistic", subject: "sharpness", shareRatio: 0.6 });
      expect(causes[0]?.sentence).toMatch(
        /^Images are blurred: 60 % of the drift is what this fault does to reference images; the median sharpness fell from \d+ to \d+ level²\.$/,
      );
    });

    it("does not quote a statistic that went the other way", () => {
      expect(matching(0.6, { shift: () => [0, 0.2, 0] }).causes[0]?.sentence).toMatch(/reference images\.$/);
    });

    it("keeps to new content when the best of them explains little", () => {
      expect(matching(0.45)).toMatchObject({ newContent: true, causes: [{ kind: "new_region" }] });
    });
  });

  it("needs embedding drift for new content", () => {
    expect(explained({}, [signal("embedding_distance", "all", 1, false)], withFit(0.9)).newContent).toBe(false);
  });

  it("names the only class that changed", () => {
    const classes = CLASSES.map((name, k) =>
      signal("embedding_distance", `class:${name}`, k === 0 ? 2 : 0.01, k === 0),
    );
    const { causes } = explained({}, [EMBEDDING, ...classes], withFit(0.5));
    const cause = causes.find(({ kind }) => kind === "one_class");
    expect(cause?.sentence).toBe("Only images predicted as desert changed.");
    expect(cause?.shareRatio).toBeGreaterThan(0.9);
  });

  it("names no class when all changed alike", () => {
    const classes = CLASSES.map((name) => signal("embedding_distance", `class:${name}`, 1));
    const { causes } = explained(BLUR, [EMBEDDING, ...classes, ...MOVED], withFit(0.9));
    expect(kinds(causes)).not.toContain("one_class");
    expect(causes[0]?.sentence).not.toContain("mostly");
  });

  it("says whether confidence fell with the images or without them", () => {
    const alone = explained({ confidence: 0.71 }, [signal("confidence", "all")]).causes;
    expect(alone).toEqual([
      {
        kind: "confidence",
        subject: "",
        sentence: "The model's confidence fell from a median of 0.961 to 0.701 while images look as before.",
        shareRatio: 1,
      },
    ]);
    const along = explained({ ...BLUR, confidence: 0.71 }, [EMBEDDING, ...MOVED, signal("confidence", "all")]).causes;
    expect(along.at(-1)?.sentence).toBe("The model's confidence fell from a median of 0.961 to 0.701.");
    expect(along.at(-1)?.shareRatio).toBe(0);
  });

  it("points at labels and model when accuracy fell and images did not change", () => {
    const realised = {
      accuracy: { value: 0.71, lower: 0.66, upper: 0.76, sampleCount: 312 },
      estimatedOnLabelled: { value: 0.9, sampleCount: 312 },
      confusion: [],
    };
    const common = { window: profileOf(), reference, signals: [], statistics: STATISTICS, classes: CLASSES };
    const { causes } = explain({ ...common, estimates: [], realised, referenceAccuracyRatio: 0.92 });
    expect(causes[0]?.sentence).toBe(
      "Accuracy fell from 92 % on the reference to 71 % by 312 labels while images look as before: check the labels, the model's version, and what its classes mean.",
    );
    // Only doubtful images were labelled, and the estimate that knows it sees no fall.
    const corrected = {
      estimator: "partial_labels",
      accuracy: { value: 0.91, upper: 0.94, sampleCount: 400 },
      trusted: true,
      labelledRatio: 0.3,
    };
    expect(explain({ ...common, estimates: [corrected], realised, referenceAccuracyRatio: 0.92 }).causes).toEqual([]);
  });

  it("has shares that do not exceed the whole, new content and other views aside", () => {
    const worlds = [BLUR, { shift: () => [3, -3, 3] as const }, { shift: () => [-2, -2, -2] as const }];
    for (const world of worlds) {
      const { causes } = explained(
        { ...world, shares: [0.2, 0.2, 0.6] },
        [EMBEDDING, signal("class_mix", "all"), ...MOVED],
        withFit(0.6),
      );
      const parts = causes.filter(({ kind }) => kind === "class_mix" || kind === "statistic");
      expect(parts.reduce((sum, { shareRatio }) => sum + shareRatio, 0)).toBeLessThanOrEqual(1);
    }
  });
});
