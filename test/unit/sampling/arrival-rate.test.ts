import { describe, expect, it } from "vitest";
import { ArrivalRate } from "../../../src/sampling/arrival-rate.ts";

describe("the arrival rate", () => {
  it("of the first arrival is one in the memory", () => {
    expect(new ArrivalRate(5).arrive(1000)).toBeCloseTo(0.2, 12);
  });

  it("settles at the rate of even arrivals", () => {
    const rate = new ArrivalRate(5);
    let last = 0;
    for (let k = 0; k < 1000; k++) last = rate.arrive(k / 10);
    expect(last).toBeCloseTo(10.1, 1);
  });

  it("fades with silence", () => {
    const rate = new ArrivalRate(2);
    for (let k = 0; k < 100; k++) rate.arrive(0);
    expect(rate.arrive(20)).toBeCloseTo((100 * Math.exp(-10) + 1) / 2, 9);
  });
});
