import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { fitTemperature, temper } from "../../../src/math/temperature.ts";

describe("temperature scaling", () => {
  it("gives the worked number: rows of 0.9 that are right 3 times of 4", () => {
    const rows = Array.from({ length: 4 }, () => [0.9, 0.1]);
    expect(fitTemperature(rows, [0, 0, 0, 1])).toBeCloseTo(2, 9);
    expect(temper([0.9, 0.1], 2)[0]).toBeCloseTo(0.75, 12);
  });

  it("finds the temperature that rows were sharpened by", () => {
    const random = seededRandom(5);
    const rows: Float64Array[] = [];
    const trueClasses: number[] = [];
    for (let i = 0; i < 4000; i++) {
      const row = temper(
        Float64Array.from({ length: 3 }, () => random.next()),
        1,
      );
      const u = random.next();
      trueClasses.push(u < row[0]! ? 0 : u < row[0]! + row[1]! ? 1 : 2);
      rows.push(temper(row, 1 / 3));
    }
    expect(fitTemperature(rows, trueClasses)).toBeCloseTo(3, 0);
  });

  it("keeps the order of the classes, sums to 1 and survives zeros and ones", () => {
    const row = temper([0, 1, 0], 4);
    expect(row.reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
    expect(row[1]).toBeGreaterThan(row[0]!);
    expect(fitTemperature([[0, 1]], [0])).toBeCloseTo(20, 6);
  });
});
