import { describe, expect, it } from "vitest";
import { gaussLegendre } from "../../../src/math/gauss-legendre.ts";

describe("gaussLegendre", () => {
  it("is the worked number for two nodes", () => {
    const { nodes, weights } = gaussLegendre(2);
    expect(nodes[0]).toBeCloseTo(0.5 - 1 / (2 * Math.sqrt(3)), 14);
    expect(nodes[1]).toBeCloseTo(0.5 + 1 / (2 * Math.sqrt(3)), 14);
    expect([...weights].map((weight) => weight.toFixed(12))).toEqual(["0.500000000000", "0.500000000000"]);
  });

  it("is the middle for one node", () => {
    const { nodes, weights } = gaussLegendre(1);
    expect(nodes[0]).toBeCloseTo(0.5, 14);
    expect(weights[0]).toBeCloseTo(1, 14);
  });

  it("is exact for the highest degree it promises and wrong for the next", () => {
    const { nodes, weights } = gaussLegendre(5);
    const integral = (degree: number): number =>
      nodes.reduce((sum, node, i) => sum + weights[i]! * node ** degree, 0) * (degree + 1);
    expect(integral(9)).toBeCloseTo(1, 13);
    expect(Math.abs(integral(10) - 1)).toBeGreaterThan(1e-6);
  });
});
