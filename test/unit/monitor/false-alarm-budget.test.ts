import { describe, expect, it } from "vitest";
import { levelOfLook } from "../../../src/monitor/false-alarm-budget.ts";

const month = { everySeconds: 30 * 86_400, imagesPerSecond: 1 };
const hour = { lengthSeconds: 3600, images: 100, referenceImages: 500, signals: 1 };

describe("the false-alarm budget", () => {
  it("gives the worked number of its head", () => {
    expect(levelOfLook(month, 1, hour)).toBeCloseTo(7.9e-5, 6);
  });

  it("has an equal share for each window, and for each signal", () => {
    const whole = levelOfLook(month, 1, hour);
    expect(levelOfLook(month, 3, hour)).toBeLessThan(whole / 3);
    expect(levelOfLook(month, 3, hour)).toBe(levelOfLook(month, 1, { ...hour, signals: 3 }));
  });

  it("is stricter when fewer false alarms are wanted", () => {
    expect(levelOfLook({ ...month, everySeconds: 365 * 86_400 }, 1, hour)).toBeLessThan(
      levelOfLook(month, 1, hour) / 10,
    );
  });

  it("is laxer when one looks less often, down to looks that share no images", () => {
    const busy = { ...hour, images: 3600, referenceImages: 1e9 };
    const often = levelOfLook({ ...month, assessSeconds: 1 }, 1, busy);
    const seldom = levelOfLook({ ...month, assessSeconds: 900 }, 1, busy);
    const apart = levelOfLook({ ...month, assessSeconds: 3600 }, 1, busy);
    expect(often).toBeLessThan(seldom);
    expect(seldom).toBeLessThan(apart);
    expect(apart).toBeGreaterThan(0.5 / 721 / 1.5);
    expect(apart).toBeLessThanOrEqual(0.5 / 721);
  });

  it("allows for the error that all windows share with a small reference, but never less than one alarm a window length", () => {
    const small = levelOfLook(month, 1, { ...hour, images: 1000 });
    expect(small).toBeGreaterThan(levelOfLook(month, 1, { ...hour, images: 1000, referenceImages: 1e6 }));
    expect(levelOfLook(month, 1, { ...hour, images: 1e7 })).toBeCloseTo(0.5 / 721, 6);
  });

  it("is a level also for an empty window and without a reference", () => {
    const level = levelOfLook(month, 1, { lengthSeconds: 60, images: 0, referenceImages: 0, signals: 0 });
    expect(level).toBeGreaterThan(0);
    expect(level).toBeLessThan(1);
  });
});
