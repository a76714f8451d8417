import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { Reservoir } from "../../../src/sketch/reservoir.ts";

function filled(keys: readonly number[], capacity: number): Reservoir {
  const reservoir = new Reservoir(capacity, 2);
  for (const key of keys) reservoir.offer(key, [key, -key], Math.round(key * 1000));
  return reservoir;
}

describe("the reservoir", () => {
  it("has no rows when empty", () => {
    expect(new Reservoir(3, 2).rows()).toEqual([]);
  });

  it("keeps the rows of the smallest keys, each with its tag", () => {
    const reservoir = filled([0.5, 0.125, 0.75, 0.25], 2);
    expect(reservoir.tags()).toEqual([125, 250]);
    expect(reservoir.rows().map((row) => [...row])).toEqual([
      [0.125, -0.125],
      [0.25, -0.25],
    ]);
  });

  it("does not keep the caller's array", () => {
    const reservoir = new Reservoir(1, 1);
    const row = Float64Array.of(1);
    reservoir.offer(0.5, row, 0);
    row[0] = 9;
    expect(reservoir.rows()[0]?.[0]).toBe(1);
  });

  it("is unchanged by trimming to more rows than it has", () => {
    const reservoir = filled([0.5, 0.25], 5);
    reservoir.trim(2);
    reservoir.offer(0.75, [0, 0], 750);
    expect(reservoir.tags()).toEqual([250, 500, 750]);
  });

  it("once trimmed takes no row that may have been given up before", () => {
    const reservoir = filled([0.1, 0.2, 0.3, 0.4], 4);
    reservoir.trim(2);
    reservoir.offer(0.35, [0, 0], 350);
    reservoir.offer(0.15, [0, 0], 150);
    expect(reservoir.tags()).toEqual([100, 150, 200]);
    const restored = Reservoir.fromState(reservoir.toState());
    restored.offer(0.35, [0, 0], 350);
    expect(restored.tags()).toEqual([100, 150, 200]);
  });

  it("is a uniform sample of everything after a trimmed one was merged with a whole one", () => {
    const random = seededRandom(2);
    let fromTrimmed = 0;
    let rows = 0;
    for (let round = 0; round < 200; round++) {
      const trimmed = new Reservoir(64, 1);
      const whole = new Reservoir(64, 1);
      for (let i = 0; i < 300; i++) trimmed.offer(random.next(), [0], 1);
      for (let i = 0; i < 100; i++) whole.offer(random.next(), [0], 0);
      trimmed.trim(16);
      whole.merge(trimmed);
      fromTrimmed += whole.tags().filter((tag) => tag === 1).length;
      rows += whole.size;
    }
    // Three of four rows were offered to the trimmed one; standard error 0.007.
    expect(fromTrimmed / rows).toBeGreaterThan(0.72);
    expect(fromTrimmed / rows).toBeLessThan(0.78);
  });
});
