import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Estimate } from "../../src/core/assessment.ts";
import { decodePlain, encodePlain } from "../../src/core/codec.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { FittedEstimator } from "../../src/performance/estimator.ts";
import { ESTIMATORS } from "../../src/performance/index.ts";
import { Profile } from "../../src/profile/profile.ts";
import {
  accuracyOf,
  CLASSES,
  type Image,
  profileOf,
  setUp,
  simulateImages,
} from "../unit/performance/simulated-predictions.ts";

const reference = simulateImages(1000, seededRandom(1));
const setup = setUp(reference);
const parts = { projection: setup.context.projection, calibration: setup.calibration };
const accuracy = accuracyOf(reference);

/** All but the easiest class, and the easiest alone: accuracy falls, and rises. */
const HARD = { shares: [0, 0.8, 0.1, 0.1] };
const EASY = { shares: [0.9, 0, 0, 0.1] };

function expectFinite({ accuracy: { value, lower, upper, sampleCount } }: Estimate): void {
  for (const number of [value, lower, upper, sampleCount]) expect(Number.isFinite(number)).toBe(true);
  expect(lower).toBeLessThanOrEqual(value);
  expect(value).toBeLessThanOrEqual(upper as number);
  expect(lower).toBeGreaterThanOrEqual(0);
  expect(upper).toBeLessThanOrEqual(1);
}

describe("the list of estimators", () => {
  it("has unique names that can be label values", () => {
    const names = ESTIMATORS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it("starts with the default", () => {
    expect(ESTIMATORS[0]?.name).toBe("label_fit_transport");
  });
});

const HEADINGS = [
  "What it answers",
  "Formula and source",
  "A worked number",
  "Interval and coverage",
  "When it is wrong",
  "Cost",
];

describe.each(["partial_labels", ...ESTIMATORS.map(({ name }) => name)])("the page of %s", (name) => {
  it("has every heading", () => {
    const page = readFileSync(`docs/estimators/${name}.md`, "utf8");
    expect(page).toContain(`\`${name}\``);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(HEADINGS);
  });
});

describe.each(ESTIMATORS)("$name", (estimator) => {
  const fitted = estimator.fit(setup.context);
  const estimateOf = (images: readonly Image[], by: FittedEstimator = fitted): Estimate | undefined =>
    by.estimate(profileOf(images, parts));

  it("says nothing about an empty window", () => {
    expect(estimateOf([])).toBeUndefined();
  });

  it.each([1, 2, 3, 5, 6])("says nothing, or something finite, about %i predictions", (count) => {
    const estimate = estimateOf(simulateImages(count, seededRandom(count)));
    if (estimate) expectFinite(estimate);
  });

  it("says something finite about predictions without probabilities, images or certainty", () => {
    const images = simulateImages(50, seededRandom(9));
    const labels = new Profile({
      statistics: [],
      classCount: CLASSES.length,
      components: parts.projection.componentCount,
    });
    const bare = new Profile({
      statistics: [],
      classCount: CLASSES.length,
      components: parts.projection.componentCount,
    });
    for (const { ids, outcome } of images) {
      const common = { id: ids[0] as string, timeSeconds: 0, weight: 1 };
      labels.recordPrediction({
        ...common,
        outcome: { classIndex: outcome.classIndex, confidence: Number.NaN },
        calibratedConfidence: Number.NaN,
      });
      bare.recordPrediction({ ...common, outcome, calibratedConfidence: 1 });
    }
    for (const profile of [labels, bare]) {
      const estimate = fitted.estimate(profile);
      if (estimate) expectFinite(estimate);
    }
  });

  it("copes with a reference without labels", () => {
    const blind = reference.map(({ trueClass: _, ...image }) => image);
    const sample = { ...setup.context.sample, basis: blind.slice(0, 500), rest: blind.slice(500) };
    const estimate = estimateOf(reference.slice(0, 100), estimator.fit({ ...setup.context, sample }));
    if (estimate) expectFinite(estimate);
  });

  it("is close to the reference's accuracy on windows like it", () => {
    for (const n of [50, 200, 1000]) {
      const estimate = estimateOf(simulateImages(n, seededRandom(10 + n))) as Estimate;
      expectFinite(estimate);
      expect(Math.abs(estimate.accuracy.value - accuracy)).toBeLessThan(0.06);
      expect(estimate.trusted).toBe(true);
    }
  });

  it.each([
    ["falls", HARD],
    ["rises", EASY],
  ])("follows when accuracy %s with the shares of the classes", (_, kind) => {
    const images = simulateImages(500, seededRandom(20), kind);
    const estimate = estimateOf(images) as Estimate;
    const change = accuracyOf(images) - accuracy;
    expect(Math.abs(change)).toBeGreaterThan(0.08);
    expect(Math.sign(estimate.accuracy.value - accuracy)).toBe(Math.sign(change));
    expect(Math.abs(estimate.accuracy.value - accuracyOf(images))).toBeLessThan(0.06);
  });

  it("falls when images get noisy and the model worse", () => {
    const images = simulateImages(500, seededRandom(30), { noise: 1.5 });
    expect(accuracyOf(images)).toBeLessThan(accuracy - 0.1);
    expect((estimateOf(images) as Estimate).accuracy.value).toBeLessThan(accuracy + 0.01);
  });

  it("does not depend on the order of the classes", () => {
    const order = [2, 0, 3, 1];
    const permute = (image: Image): Image => ({
      ...image,
      trueClass: order.indexOf(image.trueClass),
      outcome: {
        ...image.outcome,
        classIndex: order.indexOf(image.outcome.classIndex),
        probabilities: Float64Array.from(order, (k) => image.outcome.probabilities![k]!),
      },
    });
    const other = setUp(
      reference.map(permute),
      order.map((k) => CLASSES[k] as string),
    );
    for (const kind of [{}, HARD, { noise: 1 }]) {
      const images = simulateImages(200, seededRandom(40), kind);
      const expected = estimateOf(images) as Estimate;
      const live = profileOf(images.map(permute), {
        projection: other.context.projection,
        calibration: other.calibration,
      });
      const actual = estimator.fit(other.context).estimate(live) as Estimate;
      expect(actual.accuracy.value).toBeCloseTo(expected.accuracy.value, 9);
      expect(actual.accuracy.lower).toBeCloseTo(expected.accuracy.lower as number, 9);
    }
  });

  it("counts effective predictions, so equal weights change nothing", () => {
    const images = simulateImages(200, seededRandom(50));
    const expected = estimateOf(images) as Estimate;
    const actual = estimateOf(images.map((image) => ({ ...image, weight: 4 }))) as Estimate;
    expect(actual.accuracy.value).toBeCloseTo(expected.accuracy.value, 9);
    expect(actual.accuracy.upper).toBeCloseTo(expected.accuracy.upper as number, 9);
  });

  it("gives merged halves the estimate of the whole", () => {
    const images = simulateImages(400, seededRandom(60), HARD);
    const whole = estimateOf(images) as Estimate;
    const merged = profileOf(images.slice(0, 150), parts);
    merged.merge(profileOf(images.slice(150), parts));
    expect((fitted.estimate(merged) as Estimate).accuracy.value).toBeCloseTo(whole.accuracy.value, 9);
  });

  it("comes back from its state exactly", () => {
    const restored = estimator.restore(decodePlain(encodePlain(fitted.toState())));
    for (const kind of [{}, HARD, { noise: 1 }]) {
      const images = simulateImages(200, seededRandom(70), kind);
      expect(estimateOf(images, restored)).toEqual(estimateOf(images));
    }
    expect(restored.toState()).toEqual(fitted.toState());
  });
});
