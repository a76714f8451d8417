import { describe, expect, it } from "vitest";
import type { Features } from "../../../src/core/features.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Lifetime } from "../../../src/monitor/lifetime.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { FourierFeatures } from "../../../src/sketch/fourier-features.ts";

const features = new FourierFeatures({ components: 0, count: 1, bandwidth: 1, random: seededRandom(1) });
const FOURIER = { features, means: [1], nullMean: 1, nullDeviation: 1 };
const PROJECTED = { components: new Float64Array(0), bins: new Uint8Array(0), energy: 0, reconstructionError: 0 };

function image(value: number): Features {
  const statistics = Float64Array.of(value);
  return { ids: ["a"], timeSeconds: 0, weight: 1, statistics, embedding: new Float32Array(0) };
}

/** Bins of a reference and of live images with the same values. */
function bins(values: readonly number[]): { readonly live: readonly number[]; readonly reference: readonly number[] } {
  const profile = new Profile({ statistics: ["clipping"], classCount: 1, components: 0 });
  for (const value of values) profile.recordImage(image(value), PROJECTED, false);
  const lifetime = new Lifetime(["good"], ["clipping"], { profile, fourier: FOURIER });
  for (const value of values) lifetime.countImage(image(value), PROJECTED, false);
  const [counted] = lifetime.counters().statisticBins;
  return { live: counted?.counts ?? [], reference: counted?.referenceCounts ?? [] };
}

describe("the counters of labels", () => {
  it("keep the first label and count beside it what a correction changes", () => {
    const lifetime = new Lifetime(["good", "bent", "torn"], [], undefined);
    const [good, bent, torn] = [0, 1, 2];
    for (let n = 0; n < 4; n++) lifetime.countLabel(good, n === 0 ? good : bent, Number.NaN, 2);
    lifetime.countCorrection(good, good, bent, 2);
    lifetime.countCorrection(good, bent, good, 2);
    lifetime.countCorrection(good, bent, good, 2);
    lifetime.countCorrection(good, bent, torn, 2);
    const { labelled, labelledIncorrect, correctedToCorrect, correctedToIncorrect } = lifetime.counters();
    expect([labelled, labelledIncorrect, correctedToCorrect, correctedToIncorrect]).toEqual([8, 6, 4, 2]);
  });
});

describe("the bins of an image statistic", () => {
  it("hold the same images of the reference as of live traffic when many share a value", () => {
    const { live, reference } = bins(Array.from({ length: 500 }, (_, index) => Math.max(0, index - 350)));
    expect(live[0]).toBe(351);
    expect(Math.abs((reference[0] ?? 0) - 351)).toBeLessThanOrEqual(5);
  });

  it("hold all images of a reference whose images have one value", () => {
    expect(bins(new Array(300).fill(1))).toEqual({ live: [300, 0], reference: [300, 0] });
  });
});
