import { describe, expect, it } from "vitest";
import { Ewma, type OnlineNull } from "../../../src/drift/online-ewma.ts";

const law: OnlineNull = { images: 4, trace: 4 / 3, pairSquares: 1 };

describe("debiased weighted average", () => {
  it("stands at 0 before the second image, whatever the first", () => {
    const average = new Ewma(16);
    expect(average.standardised(0, law)).toBe(0);
    average.add(400);
    expect(average.standardised(400 * average.share ** 2, law)).toBeCloseTo(0, 12);
  });

  it("gives the worked number of its head", () => {
    const average = new Ewma(3);
    // Weights 0.5 and 0.5 cannot come from an average that forgets.
    average.restore({ energy: 2.5, w1: 1, w2: 0.5, w4: 0.125 });
    expect(average.standardised(4, law)).toBeCloseTo(1.4254, 4);
  });

  it("keeps the sums of the weights and of their powers", () => {
    const average = new Ewma(3);
    for (const energy of [1, 9, 4]) average.add(energy);
    const weights = [0.125, 0.25, 0.5];
    const power = (exponent: number): number => weights.reduce((sum, weight) => sum + weight ** exponent, 0);
    const energy = 0.125 ** 2 * 1 + 0.25 ** 2 * 9 + 0.5 ** 2 * 4;
    expect(average.toState()).toEqual({ energy, w1: power(1), w2: power(2), w4: power(4) });
  });
});
