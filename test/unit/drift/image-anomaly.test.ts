import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { AnomalyJudge } from "../../../src/drift/image-anomaly.ts";
import { Profile } from "../../../src/profile/profile.ts";
import { fitContext, type Image, project, STATISTICS, simulateImages } from "./simulated-images.ts";

const context = fitContext(simulateImages(1000, seededRandom(1)));
const judge = new AnomalyJudge(context.profile, STATISTICS);
const judged = (image: Image) => judge.judge(image, project(image, context.projection));
const [typical] = simulateImages(1, seededRandom(9)) as [Image];

describe("AnomalyJudge", () => {
  it("calls nothing unusual when the reference is empty", () => {
    const empty = new AnomalyJudge(new Profile(context.profile.shape), STATISTICS);
    expect(empty.judge(typical, project(typical, context.projection))).toEqual({
      score: 0,
      unusual: false,
      reason: "",
    });
  });

  it("calls about 1 % of images unusual that are like the reference", () => {
    let unusual = 0;
    const rounds = 6;
    for (let round = 0; round < rounds; round++) {
      const random = seededRandom(20 + round);
      const { profile, projection } = fitContext(simulateImages(1000, random));
      const fresh = new AnomalyJudge(profile, STATISTICS);
      for (const image of simulateImages(1500, random)) {
        if (fresh.judge(image, project(image, projection)).unusual) unusual++;
      }
    }
    expect(unusual / (rounds * 1500)).toBeGreaterThan(0.002);
    expect(unusual / (rounds * 1500)).toBeLessThan(0.015);
  });

  it("names the number that is furthest out and what is normal", () => {
    const { unusual, reason, score } = judged({ ...typical, statistics: Float64Array.of(120, 4000, 0) });
    expect(unusual).toBe(true);
    expect(score).toBeGreaterThan(2);
    expect(reason).toMatch(/^sharpness 4000, reference [\d.]+ to [\d.]+$/);
  });

  it("sees an image that the principal directions cannot rebuild", () => {
    const { unusual, reason } = judged({ ...typical, residual: 30 });
    expect(unusual).toBe(true);
    expect(reason).toMatch(/^reconstruction error 30, reference/);
  });

  it("leaves numbers out that an image does not have", () => {
    const { reason, score } = judged({ ...typical, statistics: Float64Array.of(Number.NaN, Number.NaN, Number.NaN) });
    expect(reason).toMatch(/^reconstruction error/);
    expect(Number.isFinite(score)).toBe(true);
  });

  it("has a finite score however far out an image is", () => {
    const { score } = judged({ ...typical, statistics: Float64Array.of(1e9, 1e9, 1e9) });
    expect(score).toBeGreaterThan(8);
    expect(score).toBeLessThanOrEqual(12);
  });
});
