import { beforeAll, describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import type { VisionError } from "../../../src/core/errors.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Calibration } from "../../../src/performance/calibration.ts";
import { type Artefact, encodeArtefact } from "../../../src/reference/artefact.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { joinLabels } from "../../../src/reference/production-predictions.ts";
import { type ProductionPrediction, type Recalibration, recalibrate } from "../../../src/reference/recalibrate.ts";

const CLASSES = ["a", "b", "c"];
let artefact: Artefact;
beforeAll(() => {
  artefact = syntheticArtefact(400, { classes: CLASSES, dimensions: 24 }, 3);
}, 60_000);

/** Confidences as in the reference, which was right nine times in ten; here as often as `rightRatio` says. */
function production(count: number, rightRatio: (confidence: number) => number, seed = 5): ProductionPrediction[] {
  const random = seededRandom(seed);
  const reference = [...artefact.table.confidences];
  return Array.from({ length: count }, (_, index) => {
    const confidence = reference[Math.floor(random.next() * reference.length)] as number;
    const classIndex = Math.floor(random.next() * 3);
    const right = random.next() < rightRatio(confidence);
    const probabilities = new Float64Array(3).fill((1 - confidence) / 2);
    probabilities[classIndex] = confidence;
    const trueClass = right ? classIndex : (classIndex + 1) % 3;
    return { id: `p${index}`, outcome: { classIndex, confidence, probabilities }, trueClass };
  });
}

const run = (predictions: readonly ProductionPrediction[]): Recalibration =>
  recalibrate(artefact, predictions, { parentId: "0123456789ab", nowSeconds: 99, random: seededRandom(1) });

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return `${(error as VisionError).code}: ${(error as VisionError).message}`;
  }
  return "none";
}

describe("recalibrating a reference", () => {
  it("refuses none and too few labels, and says how many there are", () => {
    expect(codeOf(() => run([]))).toMatch(/^REFERENCE_TOO_FEW_LABELS: 0 of 0 /);
    const [some, others] = [production(199, () => 0.9), production(300, () => 0.9, 6)];
    const unlabelled = others.map(({ id, outcome }) => ({ id, outcome }));
    expect(codeOf(() => run([...some, ...unlabelled]))).toMatch(/^REFERENCE_TOO_FEW_LABELS: 199 of 499 /);
  });

  it("says when predictions have no score", () => {
    const bare = production(300, () => 0.9).map((entry) => ({
      ...entry,
      outcome: { classIndex: entry.outcome.classIndex, confidence: Number.NaN },
    }));
    expect(codeOf(() => run(bare))).toContain("300 predictions have no score");
  });

  it("refuses labels of the doubtful predictions only", () => {
    const selective = production(900, () => 0.7).filter(({ outcome }) => outcome.confidence < 0.85);
    expect(codeOf(() => run(selective))).toMatch(/^REFERENCE_LABELS_SELECTIVE: Of \d+ labels 0 /);
  });

  it("mends a calibration that promises too much, by as much as held-out labels say", () => {
    const { artefact: renewed, comparison, accuracyRatio } = run(production(800, () => 0.6));
    const [old, now] = [artefact, renewed].map(({ calibration }) => Calibration.fromState(calibration as never));
    expect(old?.apply(0.95)).toBeGreaterThan(0.95);
    expect(now?.apply(0.95)).toBeCloseTo(0.6, 1);
    expect(accuracyRatio).toBeCloseTo(0.6, 1);
    expect(comparison.before.expectedRatio).toBeGreaterThan(0.25);
    expect(comparison.after.expectedRatio).toBeLessThan(0.1);
    expect(comparison.after.brier).toBeLessThan(comparison.before.brier);
  });

  it("makes the estimates of an undrifted window say what the labels say", () => {
    const reference = restoreReference("id", run(production(800, () => 0.6)).artefact);
    const [first] = reference.estimators.map((estimator) => estimator.estimate(reference.profile)?.accuracy.value);
    expect(first).toBeCloseTo(0.6, 1);
  });

  it("gains nothing where the calibration was right, and the held-out figures show it", () => {
    const calibration = Calibration.fromState(artefact.calibration as never);
    const { comparison } = run(production(800, (confidence) => calibration.apply(confidence)));
    expect(comparison.after.brier).toBeGreaterThan(comparison.before.brier - 0.003);
    expect(comparison.after.expectedRatio).toBeLessThan(0.06);
  });

  it("leaves what drift is measured against as it was, and names its parent", () => {
    const { artefact: renewed, renewed: names } = run(production(300, () => 0.6));
    const drift = ({ calibration: _, estimators: __, recalibration: ___, ...rest }: Artefact): Artefact =>
      ({ ...rest, estimators: {} }) as Artefact;
    expect(encodeArtefact(drift(renewed))).toEqual(encodeArtefact(drift(artefact)));
    expect(renewed.recalibration).toEqual({ parentId: "0123456789ab", seconds: 99, labels: 300 });
    expect(encodeArtefact(renewed)).not.toEqual(encodeArtefact(artefact));
    expect(names).toEqual(Object.keys(artefact.estimators));
  });

  it("is the same for the same seed", () => {
    const predictions = production(300, () => 0.6);
    expect(encodeArtefact(run(predictions).artefact)).toEqual(encodeArtefact(run(predictions).artefact));
  });

  it("names the classes that have few labels", () => {
    const { rareClasses } = run(production(400, () => 1).filter(({ trueClass }, i) => trueClass !== 2 || i % 20 === 0));
    expect(rareClasses.map(({ name }) => name)).toEqual(["c"]);
  });
});

describe("joining recorded predictions with labels", () => {
  const predictions = new Map([
    ["x", { kind: "scores", scores: Float64Array.of(0.7, 0.2, 0.1) } as const],
    ["y", { kind: "scores", scores: Float64Array.of(0.1, 0.8, 0.1) } as const],
  ]);

  it("keeps unlabelled predictions", () => {
    const joined = joinLabels(predictions, new Map([["y", "c"]]), CLASSES, "auto");
    expect(joined.map(({ id, trueClass }) => [id, trueClass])).toEqual([
      ["x", undefined],
      ["y", 2],
    ]);
  });

  it("refuses a label without its prediction, an unknown class and scores of another class list", () => {
    expect(() => joinLabels(predictions, new Map([["z", "a"]]), CLASSES, "auto")).toThrow(/1 of 1 labels .*: z/);
    expect(() => joinLabels(predictions, new Map([["x", "d"]]), CLASSES, "auto")).toThrow(/x is labelled "d"/);
    expect(() => joinLabels(predictions, new Map(), ["a", "b"], "auto")).toThrow(/prediction for x cannot be used/);
  });
});
