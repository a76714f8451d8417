import { describe, expect, it } from "vitest";
import {
  chiSquareSurvival,
  logGamma,
  lowerGammaRatio,
  normalCumulative,
  normalQuantile,
  normalSurvival,
  upperGammaRatio,
} from "../../../src/math/special-functions.ts";

/** Largest error as a share of what is expected, so that a tail of 1e-300 is held to as many digits as a half. */
function expectShare(actual: number, expected: number, share: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(share);
}

describe("logGamma", () => {
  // 40-digit arithmetic.
  it.each([
    [1e-8, 18.42068073818021],
    [0.3, 1.095797994818076],
    [1.5, -0.1207822376352452],
    [3.7, 1.428072326665388],
    [10, 12.80182748008147],
    [100.5, 361.4355404677776],
    [1e6, 12815504.56914761],
    [1e8, 1742068066.103835],
  ])("of %d is %d", (x, expected) => {
    expectShare(logGamma(x), expected, 1e-14);
  });

  it("is 0 at 1 and 2", () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(logGamma(2)).toBeCloseTo(0, 14);
  });

  it.each([0.1, 0.7, 4, 33.3, 1234])("grows by ln x from x to x + 1 (x = %d)", (x) => {
    expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 11);
  });
});

describe("the regularised incomplete gamma functions", () => {
  // 40-digit arithmetic: series below a = 10,000, quadrature of the density above.
  it.each([
    [0.5, 0.5, 0.317310507862914, 0.682689492137086],
    [1, 1, 0.367879441171442, 0.632120558828558],
    [3, 0.1, 0.999845346929735, 0.000154653070264672],
    [10, 25, 0.000221476638248784, 0.999778523361751],
    [100, 90, 0.84177901081357, 0.15822098918643],
    [1500, 1700, 3.53683429705168e-7, 0.99999964631657],
  ])("have both tails right to 11 digits at a = %d, x = %d", (a, x, upper, lower) => {
    expectShare(upperGammaRatio(a, x), upper, 1e-11);
    expectShare(lowerGammaRatio(a, x), lower, 1e-11);
  });

  it.each([
    [2500, 2300, 0.999979804094696, 2.01959053042735e-5],
    [2500, 3000, 2.52171844175474e-21, 1],
    [1e5, 1.02e5, 1.65060613593628e-10, 0.999999999834939],
    [1e8, 1e8, 0.499986701923986, 0.500013298076014],
    [1e8, 1.0006e8, 9.93698482734255e-10, 0.999999999006302],
    [1e8, 0.9994e8, 0.999999999020479, 9.7952134364736e-10],
  ])("have both tails right to 6 digits at a = %d, x = %d", (a, x, upper, lower) => {
    expectShare(upperGammaRatio(a, x), upper, 1e-6);
    expectShare(lowerGammaRatio(a, x), lower, 1e-6);
  });

  it.each([0.5, 7, 300, 1999, 2001, 1e6])("sum to 1 and fall with x at a = %d", (a) => {
    let before = 1;
    for (let z = -6; z <= 8; z += 0.25) {
      const x = a + z * Math.sqrt(a);
      const upper = upperGammaRatio(a, x);
      expect(upper + lowerGammaRatio(a, x)).toBeCloseTo(1, 12);
      expect(upper).toBeLessThanOrEqual(before);
      before = upper;
    }
  });

  it("join without a step where the expansion for large a takes over", () => {
    for (const z of [-5, -1, 0, 1, 5, 10]) {
      const x = (a: number): number => a + z * Math.sqrt(a);
      expectShare(upperGammaRatio(2000, x(2000)), upperGammaRatio(1999.999, x(1999.999)), 1e-5);
    }
  });

  it("are 1 and 0 at x = 0", () => {
    expect([upperGammaRatio(3, 0), lowerGammaRatio(3, 0)]).toEqual([1, 0]);
    expect([upperGammaRatio(5000, 0), lowerGammaRatio(5000, 0)]).toEqual([1, 0]);
  });
});

describe("the normal law", () => {
  it.each([
    [-8, 0.9999999999999994],
    [-1, 0.8413447460685429],
    [0, 0.5],
    [0.01, 0.4960106436853684],
    [1, 0.1586552539314571],
    [1.7, 0.04456546275854304],
    [1.75, 0.04005915686381709],
    [3, 0.001349898031630095],
    [8, 6.220960574271784e-16],
    [20, 2.753624118606234e-89],
    [37, 5.725571222524577e-300],
  ])("has P(Z > %d) = %d", (z, expected) => {
    expectShare(normalSurvival(z), expected, 1e-12);
    expectShare(normalCumulative(-z), expected, 1e-12);
  });

  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-6, -4.753424308822899],
    [0.001, -3.090232306167814],
    [0.05, -1.644853626951473],
    [0.3, -0.5244005127080408],
    [0.5, 0],
  ])("has the quantile of %d at %d, and its mirror image", (p, expected) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 11);
    if (p > 1e-10) expect(normalQuantile(1 - p)).toBeCloseTo(-expected, 8);
  });
});

describe("the chi-square law", () => {
  it.each([
    [3.841458820694124, 1, 0.05],
    [5.99, 2, 0.05003662708658629],
    [100, 50, 3.454931382984871e-5],
    [300, 9, 2.6102773472069844e-59],
  ])("has P(X > %d) at %d degrees = %d", (x, degrees, expected) => {
    expectShare(chiSquareSurvival(x, degrees), expected, 1e-11);
  });

  it("is exponential at 2 degrees", () => {
    for (const x of [0.1, 1, 10, 500]) expectShare(chiSquareSurvival(x, 2), Math.exp(-x / 2), 1e-12);
  });
});
