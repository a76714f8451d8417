import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import { CappedSampler } from "../../../src/sampling/capped-sampler.ts";

interface Simulation {
  readonly arrivals: number;
  readonly weights: number;
  readonly kept: number;
  readonly capped: number;
  /** Most that were kept within any whole second. */
  readonly busiestSecond: number;
}

/** Poisson arrivals at a rate that changes with time. */
function simulate(
  options: { ratio: number; perSecond: number; seconds: number; seed: number },
  rateAt: (seconds: number) => number,
): Simulation {
  const random = seededRandom(options.seed);
  let capped = 0;
  const sampler = new CappedSampler({ ...options, onRateCap: () => capped++ });
  const perSecond = new Map<number, number>();
  let [arrivals, weights, kept] = [0, 0, 0];
  for (let time = wait(random, rateAt(0)); time < options.seconds; time += wait(random, rateAt(time))) {
    const weight = sampler.keep(`${options.seed}-${arrivals++}`, time);
    if (weight === undefined) continue;
    weights += weight;
    kept++;
    perSecond.set(Math.floor(time), (perSecond.get(Math.floor(time)) ?? 0) + 1);
  }
  return { arrivals, weights, kept, capped, busiestSecond: Math.max(0, ...perSecond.values()) };
}

const wait = (random: Random, rate: number): number => -Math.log(1 - random.next()) / rate;

/** An hour of quiet minutes, busy minutes, and 20-second bursts of 150 a second. */
const burstyHour = (seconds: number): number => {
  if (seconds % 300 < 20) return 150;
  return seconds % 120 < 60 ? 2 : 25;
};

describe("capped sampling", () => {
  it("keeps by ratio alone while that is below the cap", () => {
    const { arrivals, kept, capped, weights } = simulate(
      { ratio: 0.1, perSecond: 100, seconds: 2000, seed: 1 },
      () => 10,
    );
    expect(weights).toBeCloseTo(kept * 10, 3);
    expect(kept / arrivals).toBeCloseTo(0.1, 1);
    expect(capped).toBe(0);
  });

  it("keeps nine tenths of the cap in the long run, however much comes", () => {
    for (const rate of [20, 200]) {
      const { kept, capped } = simulate({ ratio: 1, perSecond: 4, seconds: 1000, seed: 2 }, () => rate);
      expect(kept / 1000).toBeGreaterThan(3.4);
      expect(kept / 1000).toBeLessThan(3.8);
      expect(capped / kept).toBeLessThan(0.01);
    }
  });

  it("gives weights whose sum is the number of arrivals, over a bursty hour", () => {
    const relative: number[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const { arrivals, weights } = simulate({ ratio: 0.5, perSecond: 5, seconds: 3600, seed }, burstyHour);
      expect(Math.abs(weights / arrivals - 1)).toBeLessThan(0.08);
      relative.push(weights / arrivals);
    }
    const mean = relative.reduce((sum, value) => sum + value, 0) / relative.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.02);
  });

  it("rides out a burst of 100 times the cap from idle without refusing what the hash kept", () => {
    const { capped, kept } = simulate({ ratio: 1, perSecond: 5, seconds: 60, seed: 4 }, (seconds) =>
      seconds < 30 ? 0.5 : 500,
    );
    expect(capped / kept).toBeLessThan(0.02);
  });

  it("never keeps more than the bucket holds, and says what it refused", () => {
    let capped = 0;
    const sampler = new CappedSampler({ ratio: 1, perSecond: 1, onRateCap: () => capped++ });
    let kept = 0;
    // The clock stands still: nothing flows back into the bucket of 30.
    for (let k = 0; k < 100_000; k++) if (sampler.keep(`a-${k}`, 7) !== undefined) kept++;
    expect(kept).toBe(30);
    expect(capped).toBeGreaterThan(0);
  });

  it("keeps nested sets on replicas with different traffic", () => {
    const [busy, quiet] = [0, 1].map(() => new CappedSampler({ ratio: 1, perSecond: 1 })) as [
      CappedSampler,
      CappedSampler,
    ];
    for (let k = 0; k < 2000; k++) busy.keep(`warm-${k}`, k / 100);
    for (let k = 0; k < 40; k++) quiet.keep(`warm-${k}`, k / 2);
    const kept = (sampler: CappedSampler) => {
      const ids: string[] = [];
      for (let k = 0; k < 20; k++) if (sampler.keep(`id-${k}`, 20 + k * 0.01) !== undefined) ids.push(`id-${k}`);
      return ids;
    };
    const [few, many] = [kept(busy), kept(quiet)];
    expect(many.length).toBeGreaterThan(few.length);
    expect(many).toEqual(expect.arrayContaining(few));
  });

  it("is not upset by a clock that stands still or goes back", () => {
    const sampler = new CappedSampler({ ratio: 1, perSecond: 5 });
    for (const seconds of [10, 10, 5, 0, 11]) expect(sampler.keep("id", seconds) ?? 1).toBeGreaterThanOrEqual(1);
  });
});
