import { describe, expect, it, vi } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { BridgeMaximum } from "../../../src/math/bridge-maximum.ts";
import { effectiveSize } from "../../../src/math/two-sample.ts";

const fiftieths = Array.from({ length: 49 }, (_, i) => (i + 1) / 50);

describe("BridgeMaximum", () => {
  it("says nothing without a time", () => {
    expect(new BridgeMaximum([]).survival(5)).toBe(1);
  });

  it("is the normal law at a single time, the worked number 0.0455", () => {
    expect(new BridgeMaximum([0.5]).survival(1)).toBeCloseTo(0.0455, 4);
    expect(new BridgeMaximum([0.5]).upperQuantile(0.05)).toBeCloseTo(1.959964 / 2, 5);
  });

  it("comes near Kolmogorov's law with many times, from below", () => {
    const law = new BridgeMaximum(fiftieths);
    expect(law.upperQuantile(0.05)).toBeGreaterThan(1.26);
    expect(law.upperQuantile(0.05)).toBeLessThan(1.3581);
    expect(law.survival(1.3581)).toBeCloseTo(0.032, 3);
  });

  it("counts times that are closer than its grid once", () => {
    expect(new BridgeMaximum([0.5, 0.5001]).survival(1)).toBe(new BridgeMaximum([0.5]).survival(1));
  });

  it("falls without a step, far into the tail", () => {
    for (const times of [[0.5], [0.1, 0.9], fiftieths]) {
      const law = new BridgeMaximum(times);
      for (let x = 0; x < 8; x += 0.05) expect(law.survival(x + 0.05)).toBeLessThanOrEqual(law.survival(x) + 1e-12);
      expect(law.survival(8)).toBeLessThan(1e-30);
    }
  });

  it("has the quantile of any level that a budget gives", () => {
    const law = new BridgeMaximum(fiftieths);
    for (const level of [0.5, 0.05, 1e-3, 1e-5, 1e-9]) {
      expect(law.survival(law.upperQuantile(level)) / level).toBeCloseTo(1, 4);
    }
  });

  it("has quantiles that rise without a step as levels fall, between those that it computed too", () => {
    const law = new BridgeMaximum(fiftieths);
    let before = 0;
    for (let level = 0.6; level > 1e-14; level *= 0.97) {
      const quantile = law.upperQuantile(level);
      expect(quantile).toBeGreaterThanOrEqual(before);
      before = quantile;
    }
  });

  it("computes no more laws than its grid has levels, however many levels are asked for", () => {
    const law = new BridgeMaximum([0.5]);
    const survival = vi.spyOn(law, "survival");
    const ask = (): void => {
      for (let level = 0.001; level < 0.002; level += 1e-7) law.upperQuantile(level);
    };
    ask();
    const { length } = survival.mock.calls;
    ask();
    expect(survival).toHaveBeenCalledTimes(length);
    expect(length).toBeLessThan(20 * 100);
  });

  it("is the law of a distance read at fixed places: 5 % of pairs of samples are beyond its 5 % point", () => {
    const random = seededRandom(7);
    const places = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);
    const root = Math.sqrt(effectiveSize(37, 101));
    const limit = new BridgeMaximum(places).upperQuantile(0.05) / root;
    const shares = (n: number): number[] => {
      const values = Array.from({ length: n }, () => random.next());
      return places.map((place) => values.filter((value) => value <= place).length / n);
    };
    let beyond = 0;
    for (let pair = 0; pair < 4000; pair++) {
      const [a, b] = [shares(37), shares(101)];
      if (Math.max(...a.map((share, i) => Math.abs(share - b[i]!))) > limit) beyond++;
    }
    expect(beyond / 4000).toBeGreaterThan(0.04);
    expect(beyond / 4000).toBeLessThan(0.06);
  });
});
