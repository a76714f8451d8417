import { describe, expect, it } from "vitest";
import { hashToUnit } from "../../../src/core/random.ts";
import { RatioSampler } from "../../../src/sampling/ratio-sampler.ts";

const ids = Array.from({ length: 20_000 }, (_, k) => `id-${k}`);

describe("sampling by ratio", () => {
  it("keeps nothing at 0 and everything at 1", () => {
    expect(ids.some((id) => new RatioSampler(0).keep(id) !== undefined)).toBe(false);
    expect(ids.every((id) => new RatioSampler(1).keep(id) === 1)).toBe(true);
  });

  it("keeps the ratio, each with its inverse as weight", () => {
    const weights = ids.map((id) => new RatioSampler(0.25).keep(id)).filter((weight) => weight !== undefined);
    expect(new Set(weights)).toEqual(new Set([4]));
    // Binomial: 5,000 ± 4 deviations of 61.
    expect(Math.abs(weights.length - 5000)).toBeLessThan(245);
  });

  it("decides by the id alone", () => {
    const sampler = new RatioSampler(0.5);
    for (const id of ids.slice(0, 100)) expect(sampler.keep(id) !== undefined).toBe(hashToUnit(id) < 0.5);
  });
});
