import { describe, expect, it } from "vitest";
import { type Deployment, delayOf, runQuiet } from "../../../bench/quiet-run.ts";

const PHOTOS: Deployment = {
  windows: [{ name: "10m", durationSeconds: 600 }],
  assessSeconds: 120,
  imagesPerSecond: 1 / 6,
  everySeconds: 1_200,
  referenceImages: 300,
  correlation: 0,
  chunkSeconds: 60,
};
/** 5 frames a second whose scene is forgotten in a second. */
const VIDEO: Deployment = {
  ...PHOTOS,
  imagesPerSecond: 5,
  everySeconds: 1_200,
  assessSeconds: 60,
  correlation: Math.exp(-1 / 5),
};

// `npm run bench:quiet` measures the same over days (docs/false-alarms.md); this finds a gross fault.
describe("a monitor of traffic without drift", () => {
  it("raises no more than twice the false alarms that were asked for, of independent images", async () => {
    const hours = 4;
    const { episodes, stepImages } = await runQuiet(PHOTOS, hours / 24, 11);
    const asked = (hours * 3_600) / 1_200;
    expect(stepImages).toBe(1);
    expect((episodes.get("windows") ?? 0) + (episodes.get("online") ?? 0)).toBeLessThanOrEqual(2 * asked);
  }, 120_000);

  it("is as quiet on a video, and says how far apart its images are taken", async () => {
    const { episodes, stepImages, last } = await runQuiet(VIDEO, 1 / 24, 12);
    expect(stepImages).toBeGreaterThanOrEqual(16);
    expect((episodes.get("windows") ?? 0) + (episodes.get("online") ?? 0)).toBeLessThanOrEqual(6);
    expect(last.alarmBudget?.alarms).toBeLessThanOrEqual(6);
    const images = last.windows[0]?.signals.find(({ detector }) => detector === "embedding_distance");
    expect(images?.score.sampleCount).toBeLessThan(3_000 / 12);
  }, 120_000);

  it("finds a scene that moved on the same video", async () => {
    const { windowSeconds } = await delayOf(VIDEO, 13, { scene: 1, statistic: 0 }, 600);
    expect(windowSeconds).toBeLessThanOrEqual(600);
  }, 120_000);
});
