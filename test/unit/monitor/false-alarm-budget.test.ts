import { describe, expect, it } from "vitest";
import { levelOfOneLook } from "../../../src/monitor/false-alarm-budget.ts";

const hour = { name: "1h", durationSeconds: 3600 };

describe("the false-alarm budget", () => {
  it("gives the worked number of its head", () => {
    expect(levelOfOneLook([hour], { everyDays: 30, imagesPerSecond: 1 })).toBeCloseTo(1.0e-4, 5);
  });

  it("is spent over windows: more windows, a stricter level", () => {
    const one = levelOfOneLook([hour], { everyDays: 30, imagesPerSecond: 1 });
    const two = levelOfOneLook([hour, { name: "10m", durationSeconds: 600 }], { everyDays: 30, imagesPerSecond: 1 });
    expect(two).toBeLessThan(one / 5);
  });

  it("is stricter when fewer false alarms are wanted", () => {
    const month = levelOfOneLook([hour], { everyDays: 30, imagesPerSecond: 1 });
    const year = levelOfOneLook([hour], { everyDays: 365, imagesPerSecond: 1 });
    expect(year).toBeLessThan(month / 10);
  });

  it("counts a window of images by how long it takes to fill", () => {
    const byCount = levelOfOneLook([{ name: "n", images: 3600 }], { everyDays: 30, imagesPerSecond: 1 });
    expect(byCount).toBeCloseTo(levelOfOneLook([hour], { everyDays: 30, imagesPerSecond: 1 }), 10);
  });
});
