import { describe, expect, it } from "vitest";
import { classColumns } from "../../../src/performance/class-columns.ts";

describe("the columns of classes", () => {
  it("are none without images", () => {
    expect(classColumns([]).images).toHaveLength(0);
    expect(classColumns([0, 0]).images).toHaveLength(0);
  });

  it("are one for each class of ten images or more, and one for all others", () => {
    const { columnOf, shareWithin, images } = classColumns([6, 10, 2, 50, 0]);
    expect([...columnOf]).toEqual([2, 0, 2, 1, 2]);
    expect([...images]).toEqual([10, 50, 8]);
    expect([...shareWithin]).toEqual([0.75, 1, 0.25, 1, 0]);
  });

  it("give a class without images no share when nobody shares its column", () => {
    const { columnOf, shareWithin, images } = classColumns([10, 0]);
    expect([...columnOf]).toEqual([0, 0]);
    expect([...shareWithin]).toEqual([1, 0]);
    expect([...images]).toEqual([10]);
  });
});
