import { describe, expect, it } from "vitest";
import type { DriftSignal } from "../../../src/core/assessment.ts";
import { compareWindow, countDeciding } from "../../../src/drift/compare.ts";
import { driftSignal, type FittedDetector } from "../../../src/drift/detector.ts";
import { DETECTORS } from "../../../src/drift/index.ts";
import { Profile } from "../../../src/profile/profile.ts";

const WINDOW = new Profile({ statistics: [], classCount: 2, components: 1 });

/** Gives one signal per subject with the p-value asked for. */
function detector(name: string, pValues: Readonly<Record<string, number>>): [string, FittedDetector] {
  const compare = (_: Profile, level: number): DriftSignal[] =>
    Object.entries(pValues).map(([subject, pValue]) =>
      driftSignal(name, { subject, value: 1, threshold: 1, pValue, sampleCount: 10 }, level),
    );
  return [name, { compare, toState: () => ({}) }];
}

const drifting = (signals: readonly DriftSignal[]): string[] =>
  signals.filter((signal) => signal.drifting).map((signal) => `${signal.detector} ${signal.subject}`);

describe("the comparison of a window", () => {
  it("gives nothing without detectors", () => {
    expect(compareWindow(new Map(), WINDOW, 0.05)).toEqual([]);
    expect(countDeciding(new Map(), WINDOW)).toBe(0);
  });

  it("lets what only describes a change drift with the detector that decides on the same subject, and not alone", () => {
    const detectors = new Map([
      detector("kolmogorov_smirnov", { sharpness: 0.001, noise: 0.5 }),
      detector("population_stability", { sharpness: 0.001, noise: 0.001 }),
      detector("wasserstein", { sharpness: 0.5, noise: 0.001 }),
    ]);
    expect(drifting(compareWindow(detectors, WINDOW, 0.01))).toEqual([
      "kolmogorov_smirnov sharpness",
      "population_stability sharpness",
    ]);
  });

  it("is not misled by another detector's subject of the same name", () => {
    const detectors = new Map([detector("class_mix", { noise: 0.001 }), detector("jensen_shannon", { noise: 0.001 })]);
    expect(drifting(compareWindow(detectors, WINDOW, 0.01))).toEqual(["class_mix noise"]);
  });

  it("asks only the detectors of a stream that says enough", () => {
    const detectors = new Map([detector("confidence", { all: 0.001 }), detector("embedding_distance", { all: 0.001 })]);
    expect(drifting(compareWindow(detectors, WINDOW, 0.01, { images: false, predictions: true }))).toEqual([
      "confidence all",
    ]);
    expect(drifting(compareWindow(detectors, WINDOW, 0.01, { images: true, predictions: false }))).toEqual([
      "embedding_distance all",
    ]);
  });

  it("divides the budget by the signals that decide", () => {
    const detectors = new Map([
      detector("kolmogorov_smirnov", { sharpness: 1, noise: 1 }),
      detector("population_stability", { sharpness: 1, noise: 1 }),
      detector("class_mix", { all: 1 }),
    ]);
    expect(countDeciding(detectors, WINDOW)).toBe(3);
  });
});

describe("the list of detectors", () => {
  it("names, as who decides, a detector of the list that decides itself", () => {
    const deciders = DETECTORS.filter(({ decidedBy }) => decidedBy === undefined).map(({ name }) => name);
    const named = DETECTORS.flatMap(({ decidedBy }) => decidedBy ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !deciders.includes(name))).toEqual([]);
  });
});
