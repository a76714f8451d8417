import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { Ewma, type OnlineNull } from "../../../src/drift/online-ewma.ts";

const law: OnlineNull = { images: 4, trace: 4 / 3, pairSquares: 1 };

describe("debiased weighted average", () => {
  it("stands at 0 before the eighth image, whatever they are", () => {
    const average = new Ewma(16);
    expect(average.standardised(0, law)).toBe(0);
    for (let image = 1; image < 8; image++) average.add(1);
    expect(average.standardised(400, law)).toBe(0);
    average.add(1);
    expect(average.standardised(400, law)).toBeGreaterThan(0);
  });

  it("is 0 on average over independent images, though their squared mean is not", () => {
    const random = seededRandom(1);
    // Values ±1: tr = 1. With a centre known exactly there is nothing to take off for it.
    const known = { images: 1e12, trace: 1, pairSquares: 1 };
    let sum = 0;
    for (let stream = 0; stream < 4000; stream++) {
      const average = new Ewma(16);
      let mean = 0;
      for (let image = 0; image < 20; image++) {
        mean += average.share * ((random.next() < 0.5 ? -1 : 1) - mean);
        average.add(1);
      }
      sum += average.standardised(mean * mean, known);
    }
    // The deviation of z is about 1.
    expect(Math.abs(sum / 4000)).toBeLessThan(3 / Math.sqrt(4000));
  });

  it("gives the worked number of its head", () => {
    const average = new Ewma(3);
    // Weights 0.5 and 0.5 cannot come from an average that forgets.
    average.restore({ energy: 2.5, w1: 1, w2: 0.5, w4: 0.125, images: 8 });
    expect(average.standardised(4, law)).toBeCloseTo(1.4254, 4);
  });

  it("keeps the sums of the weights and of their powers", () => {
    const average = new Ewma(3);
    for (const energy of [1, 9, 4]) average.add(energy);
    const weights = [0.125, 0.25, 0.5];
    const power = (exponent: number): number => weights.reduce((sum, weight) => sum + weight ** exponent, 0);
    const energy = 0.125 ** 2 * 1 + 0.25 ** 2 * 9 + 0.5 ** 2 * 4;
    expect(average.toState()).toEqual({ energy, w1: power(1), w2: power(2), w4: power(4), images: 3 });
  });
});
