import { describe, expect, it } from "vitest";
import { CountTable } from "../../../src/sketch/count-table.ts";

describe("the count table", () => {
  it("has a count of zero for every key at first", () => {
    expect(new CountTable().get(12)).toBe(0);
    expect(new CountTable().entries()).toEqual([]);
  });

  it("lists what was counted in the order of keys", () => {
    const table = new CountTable();
    table.update(9, 2);
    table.update(1);
    table.update(9);
    expect(table.entries()).toEqual([
      [1, 1],
      [9, 3],
    ]);
  });

  it("forgets a cell whose fractional weights were taken back in another order", () => {
    const table = new CountTable();
    for (const weight of [0.1, 0.7, 1.3, -0.1, -0.7, -1.3]) table.update(4, weight);
    expect(table.entries()).toEqual([]);
  });
});
