import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { limitsOf, OnlineLimits } from "../../../src/drift/online-limits.ts";
import { fitContext, simulateImages } from "./simulated-images.ts";

const context = fitContext(simulateImages(300, seededRandom(1)));
const limits = OnlineLimits.fit(context);

describe("online limits", () => {
  it("are infinite for a reference that is too small, or not there", () => {
    for (const count of [0, 10]) {
      const none = OnlineLimits.fit({ ...context, projected: context.projected.slice(0, count) });
      expect(none.usable).toBe(false);
      expect(none.at(500)).toEqual([Infinity, Infinity, Infinity]);
    }
  });

  it("are the medians of the streams' maxima, stretched by the median of the largest ratio", () => {
    const maxima = [
      [2, 3, 1],
      [3, 2, 1],
      [4, 5, 1],
    ];
    expect(limitsOf(maxima)).toEqual([3, 3, 1]);
    expect(
      limitsOf([
        [1, 2, 1],
        [2, 4, 1],
        [6, 3, 1],
        [1, 9, 1],
      ]),
    ).toEqual([1.5, 3.5, 1].map((limit) => limit * ((4 / 3 + 9 / 3.5) / 2)));
  });

  it("are the same for the same reference", () => {
    expect(OnlineLimits.fit(context).at(500)).toEqual(limits.at(500));
  });

  it("rise with the images asked for per false alarm, and the short span has the highest", () => {
    const asked = [1, 16, 100, 500, 4096, 1e5, 1e7].map((images) => limits.at(images));
    expect(asked[0]).toEqual(asked[1]);
    for (let row = 2; row < asked.length; row++) {
      for (const [span, limit] of asked[row]!.entries()) expect(limit).toBeGreaterThan(asked[row - 1]![span]!);
    }
    const [short, middle, long] = limits.at(500) as [number, number, number];
    expect(short).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(long);
  });

  it("grow by as much from 4,096 images to 8,192 as in each of the three doublings before, on average", () => {
    const [at512, at4096, at8192] = [512, 4096, 8192].map((images) => limits.at(images)[0]!) as [
      number,
      number,
      number,
    ];
    expect(at8192 - at4096).toBeCloseTo((at4096 - at512) / 3, 10);
  });

  it("survive being written down", () => {
    const restored = OnlineLimits.fromState(decodePlain(encodePlain(limits.toState())));
    expect(restored.at(12_345)).toEqual(limits.at(12_345));
    expect(restored.law).toEqual(limits.law);
    expect(restored.components).toEqual(limits.components);
    expect(() => OnlineLimits.fromState({ ...(limits.toState() as object), version: 2 })).toThrow(RangeError);
  });
});
