import { describe, expect, it } from "vitest";
import { seededRandom, standardNormal } from "../../../src/core/random.ts";
import { type ComponentLaw, IndependenceStep } from "../../../src/drift/online-step.ts";
import { PredictionSpacing } from "../../../src/monitor/prediction-spacing.ts";
import { Spacing } from "../../../src/monitor/spacing.ts";
import { Profile } from "../../../src/profile/profile.ts";

const COMPONENTS = 16;
const law: ComponentLaw = { mean: new Float64Array(COMPONENTS), variance: COMPONENTS, pairSquares: COMPONENTS };

/** An autoregression; of its images, what the spacing is in the end and how many are taken. */
function follow(images: number, correlation: number, noise = 0): { spacing: Spacing; last: number; taken: number } {
  const random = seededRandom(1);
  const step = new IndependenceStep(law);
  const spacing = new Spacing();
  const scene = Float64Array.from({ length: COMPONENTS }, () => standardNormal(random));
  let last = 0;
  let taken = 0;
  for (let image = 0; image < images; image++) {
    for (let j = 0; j < COMPONENTS; j++)
      scene[j] = correlation * scene[j]! + Math.sqrt(1 - correlation ** 2) * standardNormal(random);
    step.update(scene.map((value) => Math.sqrt(1 - noise) * value + Math.sqrt(noise) * standardNormal(random)));
    last = spacing.follow(step);
    if (spacing.takes(last)) taken++;
  }
  return { spacing, last, taken };
}

describe("the spacing of images", () => {
  it("takes the first image, and judges nothing by it", () => {
    const { spacing, last, taken } = follow(1, 0);
    expect([spacing.known, last, taken]).toEqual([false, 1, 1]);
  });

  it("takes every independent image, and is known from the 56th on", () => {
    expect(follow(55, 0).spacing.known).toBe(false);
    const { spacing, taken } = follow(56, 0);
    expect([spacing.known, taken]).toEqual([true, 56]);
  });

  it("takes three steps of a video, by when images are independent", () => {
    const { spacing, last, taken } = follow(4000, Math.exp(-1 / 10));
    expect(spacing.known).toBe(true);
    expect(last).toBeGreaterThanOrEqual(60);
    expect(last).toBeLessThanOrEqual(120);
    expect(taken).toBeLessThan(300);
  });

  it("does not let the noise of each frame hide a slow scene", () => {
    const early = follow(300, Math.exp(-1 / 50), 0.4);
    expect(early.spacing.known).toBe(false);
    expect(early.last).toBeGreaterThan(8);
  });

  it("judges a picture that stands still, though its images are nowhere independent", () => {
    const { spacing, last } = follow(5000, 1);
    expect([spacing.known, last]).toEqual([true, 6]);
  });

  it("goes on from its state", () => {
    const { spacing } = follow(100, 0);
    const restarted = new Spacing();
    restarted.restore(spacing.toState());
    expect(restarted.toState()).toEqual(spacing.toState());
    expect(restarted.known).toBe(true);
  });
});

describe("the spacing of predictions", () => {
  const reference = new Profile({ statistics: [], classCount: 3, components: 0 });
  const random = seededRandom(2);
  const predict = () => {
    const classIndex = Math.floor(3 * random.next());
    return { classIndex, confidence: 0.5 + 0.5 * random.next() };
  };
  for (let index = 0; index < 500; index++) {
    const outcome = predict();
    reference.recordPrediction({ id: String(index), timeSeconds: 0, weight: 1, outcome, calibratedConfidence: 0.5 });
  }

  function spacingOf(predictions: number, repeat: number): { known: boolean; last: number } {
    const spacing = new PredictionSpacing(reference);
    let outcome = predict();
    let last = 0;
    for (let index = 0; index < predictions; index++) {
      if (index % repeat === 0) outcome = predict();
      last = spacing.update(outcome);
    }
    return { known: spacing.known, last };
  }

  it("is 1 for independent ones", () => {
    expect(spacingOf(500, 1)).toEqual({ known: true, last: 1 });
  });

  it("is three steps when each comes ten times", () => {
    const { known, last } = spacingOf(3000, 10);
    expect(known).toBe(true);
    expect(last).toBeGreaterThanOrEqual(24);
    expect(last).toBeLessThanOrEqual(36);
  });

  it("takes a class that the reference does not know, and a confidence that is none", () => {
    const spacing = new PredictionSpacing(reference);
    expect(spacing.update({ classIndex: 7, confidence: Number.NaN })).toBe(1);
  });
});
