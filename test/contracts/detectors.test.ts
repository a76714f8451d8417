import { beforeAll, describe, expect, it } from "vitest";
import type { DriftSignal } from "../../src/core/assessment.ts";
import { decodePlain, encodePlain } from "../../src/core/codec.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { FitContext, FittedDetector } from "../../src/drift/detector.ts";
import { DETECTORS } from "../../src/drift/index.ts";
import {
  CLASSES,
  fitContext,
  type Image,
  profileOf,
  STATISTICS,
  simulateImage,
  simulateImages,
} from "../unit/drift/simulated-images.ts";

const GROSS = { embedding: 1.5, statistics: 1.5, classes: 2, confidence: 1 };
const ASKED = 0.05;

/**
 * Ties and the digests' smoothing make these alarm less often than asked, at n ≥ 1000 as rarely as at 1 % of windows.
 */
const CONSERVATIVE = ["kolmogorov_smirnov", "confidence"];

/**
 * Windows a reference, and the rates allowed. Of one reference's windows at n = 1000 all share its own error, so only
 * references count there: 100 of them know a rate to ±2 %. bench/methods.ts measures more exactly.
 */
const SIZES = [
  { n: 10, windows: 8, lowest: 0.03, highest: 0.07 },
  { n: 50, windows: 6, lowest: 0.03, highest: 0.07 },
  { n: 200, windows: 4, lowest: 0.03, highest: 0.07 },
  { n: 1000, windows: 1, lowest: 0.02, highest: 0.09 },
];
const REFERENCES = 100;
const REFERENCE_IMAGES = 400;

const reference = simulateImages(600, seededRandom(1));
const context = fitContext(reference);
const fitted = new Map(DETECTORS.map((detector) => [detector.name, detector.fit(context)]));
const window = profileOf(simulateImages(200, seededRandom(2)), context.projection);
const drifted = profileOf(simulateImages(200, seededRandom(3), GROSS), context.projection);

const valuesOf = (signals: readonly DriftSignal[]): Map<string, number> =>
  new Map(signals.map(({ subject, score }) => [subject, score.value]));

function expectClose(actual: readonly DriftSignal[], expected: readonly DriftSignal[], tolerance: number): void {
  const found = valuesOf(actual);
  expect(expected.length).toBeGreaterThan(0);
  expect([...found.keys()].sort()).toEqual(expected.map(({ subject }) => subject).sort());
  for (const { subject, score } of expected) {
    expect(Math.abs((found.get(subject) as number) - score.value), subject).toBeLessThan(tolerance);
  }
}

/** Rate of alarms without drift, by detector and window size, over fresh references. */
const rates = new Map<string, number>();

beforeAll(() => {
  const alarms = new Map<string, number>();
  const looks = new Map<string, number>();
  for (let index = 0; index < REFERENCES; index++) {
    const random = seededRandom(100 + index);
    const fresh = fitContext(simulateImages(REFERENCE_IMAGES, random));
    const detectors = DETECTORS.map((detector) => ({ name: detector.name, detector: detector.fit(fresh) }));
    countAlarms(fresh, detectors, () => simulateImage(random), alarms, looks);
  }
  for (const [key, count] of looks) rates.set(key, (alarms.get(key) ?? 0) / count);
}, 180_000);

function countAlarms(
  fresh: FitContext,
  detectors: readonly { name: string; detector: FittedDetector }[],
  next: () => Image,
  alarms: Map<string, number>,
  looks: Map<string, number>,
): void {
  for (const { n, windows } of SIZES) {
    for (let count = 0; count < windows; count++) {
      const profile = profileOf(Array.from({ length: n }, next), fresh.projection);
      for (const { name, detector } of detectors) {
        for (const { drifting } of detector.compare(profile, ASKED)) {
          const key = `${name} ${n}`;
          looks.set(key, (looks.get(key) ?? 0) + 1);
          alarms.set(key, (alarms.get(key) ?? 0) + (drifting ? 1 : 0));
        }
      }
    }
  }
}

describe("the list of detectors", () => {
  it("has unique names that can be label values", () => {
    const names = DETECTORS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it("starts with the default", () => {
    expect(DETECTORS[0]?.name).toBe("embedding_distance");
  });
});

describe.each(DETECTORS)("$name", (detector) => {
  const { name } = detector;
  const fit = fitted.get(name) as FittedDetector;

  it("says nothing about an empty window", () => {
    expect(fit.compare(profileOf([], context.projection), ASKED)).toEqual([]);
  });

  it("says nothing, or a finite number, about one image", () => {
    const signals = fit.compare(profileOf(simulateImages(1, seededRandom(4)), context.projection), ASKED);
    for (const { score } of signals) expect(Number.isFinite(score.value)).toBe(true);
  });

  it("does not see the reference drift from itself", () => {
    const signals = fit.compare(context.profile, ASKED);
    expect(signals.length).toBeGreaterThan(0);
    expect(signals.filter(({ drifting }) => drifting)).toEqual([]);
  });

  it("sees a gross shift, at the level of a real budget too", () => {
    for (const level of [ASKED, 1e-5]) {
      const signals = fit.compare(drifted, level);
      expect(signals.some(({ drifting }) => drifting)).toBe(true);
    }
  });

  it("alarms when the score passes its threshold and not otherwise", () => {
    for (const profile of [window, drifted]) {
      for (const level of [0.5, ASKED, 1e-4]) {
        for (const { score, pValue, drifting } of fit.compare(profile, level)) {
          expect(drifting).toBe(pValue < level);
          expect(score.value > (score.threshold as number)).toBe(drifting);
        }
      }
    }
  });

  it("asks for more at a lower level", () => {
    const thresholds = (level: number): number[] =>
      fit.compare(window, level).map(({ score }) => score.threshold as number);
    const strict = thresholds(1e-4);
    for (const [index, loose] of thresholds(ASKED).entries()) expect(strict[index]).toBeGreaterThan(loose);
  });

  it("counts effective images, so equal weights change nothing", () => {
    const heavy = simulateImages(200, seededRandom(2)).map((image) => ({ ...image, weight: 4 }));
    expectClose(fit.compare(profileOf(heavy, context.projection), ASKED), fit.compare(window, ASKED), 0.02);
  });

  it.each(SIZES)("alarms at about 5 % of windows of $n images without drift", ({ n, lowest, highest }) => {
    const rate = rates.get(`${name} ${n}`);
    expect(rate).toBeGreaterThanOrEqual(CONSERVATIVE.includes(name) ? 0 : lowest);
    expect(rate).toBeLessThanOrEqual(highest);
  });

  it("gives the same scores whatever the order of the classes", () => {
    const order = [2, 0, 3, 1];
    const permute = (image: Image): Image => ({
      ...image,
      outcome: { ...image.outcome, classIndex: order.indexOf(image.outcome.classIndex) },
    });
    const other = fitContext(
      reference.map(permute),
      order.map((index) => CLASSES[index] as string),
    );
    const live = profileOf(simulateImages(200, seededRandom(2)).map(permute), other.projection);
    expectClose(detector.fit(other).compare(live, ASKED), fit.compare(window, ASKED), 1e-9);
  });

  it("gives the same scores whatever the scale of the embedding", () => {
    const scale = (image: Image): Image => ({ ...image, embedding: image.embedding.map((value) => value * 1024) });
    const other = fitContext(reference.map(scale));
    const live = profileOf(simulateImages(200, seededRandom(2)).map(scale), other.projection);
    expectClose(detector.fit(other).compare(live, ASKED), fit.compare(window, ASKED), 1e-6);
  });

  it("gives merged halves the score of the whole", () => {
    // So few that the digests keep every value; beyond, they merge approximately.
    const images = simulateImages(30, seededRandom(5));
    const whole = profileOf(images, context.projection);
    const merged = profileOf(images.slice(0, 15), context.projection);
    merged.merge(profileOf(images.slice(15), context.projection));
    expectClose(fit.compare(merged, ASKED), fit.compare(whole, ASKED), 1e-9);
  });

  it("comes back from its state exactly", () => {
    const state = decodePlain(encodePlain(fit.toState()));
    const restored = detector.restore(state, context.profile, { classes: CLASSES, statistics: STATISTICS });
    expect(restored.compare(window, 0.01)).toEqual(fit.compare(window, 0.01));
    expect(restored.toState()).toEqual(fit.toState());
  });
});
