import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { limitsOf, OnlineLimits, tailLimitsOf } from "../../../src/drift/online-limits.ts";
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

  it("grow by as much with each doubling far out", () => {
    const [first, second, third] = [1, 2, 4].map((times) => limits.at(1e6 * times)[0]!) as [number, number, number];
    expect(third - second).toBeCloseTo(second - first, 10);
  });

  it("follow the exponential tail of the maxima, with a third of the rate for each of three independent spans", () => {
    const random = seededRandom(3);
    const exponential = (): number => -2 * Math.log(1 - random.next());
    const maxima = Array.from({ length: 20_000 }, () => [exponential(), 10 + exponential(), exponential()]);
    const [[short, middle] = []] = tailLimitsOf(maxima, 100, [1e6]);
    const exact = -2 * Math.log(100 / 3e6);
    expect(Math.abs(short! - exact)).toBeLessThan(0.6);
    expect(Math.abs(middle! - exact - 10)).toBeLessThan(0.6);
  });

  it("share no budget when all spans rise together", () => {
    const maxima = Array.from({ length: 1_000 }, (_, i) => [i, i, i].map((value) => -Math.log(1 - value / 1_000)));
    const [[limit] = []] = tailLimitsOf(maxima, 100, [1e4]);
    expect(Math.abs(limit! + Math.log(100 / 1e4))).toBeLessThan(0.3);
  });

  it("are those of the reference's centre until it is learnt, and come to those of the true centre in the end", () => {
    for (const asked of [4096, 1e6]) {
      const [drawn, known] = [limits.at(asked)[2]!, limits.at(asked, 0)[2]!];
      expect(limits.at(asked, 1)[2]).toBe(drawn);
      expect(known).not.toBeCloseTo(drawn, 1);
      expect(limits.at(asked, 0.25)[2]).toBeCloseTo(0.25 * drawn + 0.75 * known, 10);
    }
  });

  it("are taken over from references that know one centre only, and go on with their slope", () => {
    const medians = Float64Array.from({ length: 27 }, (_, i) => 2 + Math.floor(i / 3) / 2);
    const state = { ...(limits.toState() as object), version: 1, limits: medians, trueLimits: undefined };
    const old = OnlineLimits.fromState(state);
    expect(old.at(4096)).toEqual([6, 6, 6]);
    expect(old.at(4096, 0)).toEqual([6, 6, 6]);
    expect(old.at(2 ** 20)[0]).toBeCloseTo(10, 10);
    expect(OnlineLimits.fromState({ ...state, limits: new Float64Array(0) }).usable).toBe(false);
  });

  it("survive being written down", () => {
    const restored = OnlineLimits.fromState(decodePlain(encodePlain(limits.toState())));
    expect(restored.at(12_345)).toEqual(limits.at(12_345));
    expect(restored.at(12_345, 0)).toEqual(limits.at(12_345, 0));
    expect(restored.law).toEqual(limits.law);
    expect(restored.components).toEqual(limits.components);
    expect(() => OnlineLimits.fromState({ ...(limits.toState() as object), version: 3 })).toThrow(RangeError);
  });
});
