import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../src/sampling/token-bucket.ts";

const takes = (bucket: TokenBucket, seconds: number, times: number): number =>
  Array.from({ length: times }, () => bucket.take(seconds)).filter(Boolean).length;

describe("the token bucket", () => {
  it("starts full, empties, and fills no higher than its depth", () => {
    const bucket = new TokenBucket(2, 5);
    expect(takes(bucket, 0, 9)).toBe(5);
    expect(takes(bucket, 1, 9)).toBe(2);
    expect(takes(bucket, 1000, 9)).toBe(5);
  });

  it("takes many or none, and says how long so many take to come", () => {
    const bucket = new TokenBucket(2, 5);
    expect([bucket.take(0, 4), bucket.take(0, 4)]).toEqual([true, false]);
    expect([bucket.secondsUntil(4), bucket.secondsUntil(1), bucket.secondsUntil(99)]).toEqual([1.5, 0, 2]);
    expect(bucket.take(1.5, 4)).toBe(true);
  });

  it("gives nothing back when the clock goes back", () => {
    const bucket = new TokenBucket(1, 1);
    expect(takes(bucket, 100, 2)).toBe(1);
    expect(takes(bucket, 0, 2)).toBe(0);
    expect(takes(bucket, 100.5, 2)).toBe(0);
    expect(takes(bucket, 101, 2)).toBe(1);
  });
});
