import { describe, expect, it } from "vitest";
import { RestartPolicy } from "../../../src/features/restart-policy.ts";

describe("the wait before a restart", () => {
  const waits = (...upSeconds: readonly number[]): number[] => {
    const policy = new RestartPolicy();
    return upSeconds.map((seconds) => policy.ended(seconds));
  };

  it("doubles from 1 s, and after five early ends it is five minutes", () => {
    expect(waits(0, 0, 0, 0, 0, 0)).toEqual([1, 2, 4, 8, 300, 300]);
  });

  it("begins anew after a minute without an end", () => {
    expect(waits(0, 0, 0, 59.9, 60, 0)).toEqual([1, 2, 4, 8, 1, 2]);
    expect(waits(0, 0, 0, 0, 0, 60, 0)).toEqual([1, 2, 4, 8, 300, 1, 2]);
  });

  it("is at most the longest", () => {
    const policy = new RestartPolicy({
      firstSeconds: 1,
      longestSeconds: 30,
      steadySeconds: 60,
      endsBeforeRest: 9,
      restSeconds: 300,
    });
    expect(Array.from({ length: 8 }, () => policy.ended(0)).slice(4)).toEqual([16, 30, 30, 30]);
  });
});
