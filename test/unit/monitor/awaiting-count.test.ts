import { describe, expect, it } from "vitest";
import { AwaitingCount } from "../../../src/monitor/awaiting-count.ts";

describe("the number of predictions that wait for a label", () => {
  it("never falls below 0 in a process of its own", () => {
    const count = new AwaitingCount(600);
    count.add(30, -1);
    count.add(30, 1);
    expect(count.total(60)).toBe(1);
  });

  it("is right in the sum of replicas that take each other's labels", () => {
    const [first, second] = [new AwaitingCount(600, true), new AwaitingCount(600, true)];
    for (let n = 0; n < 5; n++) first.add(30, 1);
    for (let n = 0; n < 3; n++) second.add(30, -1);
    expect([first.total(60), second.total(60)]).toEqual([5, -3]);
    expect(second.total(10_000)).toBe(0);
  });
});
