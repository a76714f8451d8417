import { describe, expect, it } from "vitest";
import { cachedFor } from "../../../src/http/cached.ts";

describe("a cached value", () => {
  let now = 0;
  const clock = { nowSeconds: () => 0, monotonicSeconds: () => now };
  const counting = (): { calls: string[]; read: (key: string) => number } => {
    const calls: string[] = [];
    now = 0;
    return { calls, read: cachedFor(1, clock, (key) => calls.push(key)) };
  };

  it("is made once a second for each key", () => {
    const { calls, read } = counting();
    expect([read("a"), read("a"), read("b")]).toEqual([1, 1, 2]);
    now = 1;
    expect(read("a")).toBe(3);
    expect(calls).toEqual(["a", "b", "a"]);
  });

  it("forgets the oldest key beyond four", () => {
    const { read } = counting();
    for (const key of ["a", "b", "c", "d", "e"]) read(key);
    expect(read("e")).toBe(5);
    expect(read("a")).toBe(6);
  });
});
