import { describe, expect, it } from "vitest";
import type { HistoryPoint } from "../../../../src/core/assessment.ts";
import { segments, thinned } from "../../../../src/http/page/series.ts";

const point = (timeSeconds: number, changes: Partial<HistoryPoint> = {}): HistoryPoint => ({
  timeSeconds,
  window: "1h",
  verdict: "ok",
  imageCount: 1,
  driftRatios: {},
  ...changes,
});
const read = ({ timeSeconds, realisedRatio }: HistoryPoint) =>
  realisedRatio === undefined ? undefined : { timeSeconds, value: realisedRatio };
const times = (parts: ReturnType<typeof segments>): number[][] =>
  parts.map((part) => part.map((each) => each.timeSeconds));

describe("a series", () => {
  it("of nothing is nothing", () => {
    expect(segments([], read)).toEqual([]);
    expect(thinned([])).toEqual([]);
  });

  it("of one value is one dot", () => {
    expect(times(segments([point(1, { realisedRatio: 1 })], read))).toEqual([[1]]);
  });

  it("is cut where a value is missing or not a number", () => {
    const values = [1, 1, undefined, 1, Number.NaN, 1];
    const points = values.map((value, index) => point(index, value === undefined ? {} : { realisedRatio: value }));
    expect(times(segments(points, read))).toEqual([[0, 1], [3], [5]]);
  });

  it("is cut where nobody looked for long, but not where one look was missed", () => {
    const points = [0, 1, 2, 4, 5, 9, 10].map((time) => point(time, { realisedRatio: 1 }));
    expect(times(segments(points, read))).toEqual([
      [0, 1, 2, 4, 5],
      [9, 10],
    ]);
  });

  it("is thinned without losing its newest point or a short alarm", () => {
    const points = Array.from({ length: 1000 }, (_, index) =>
      point(index, { driftRatios: { a: index === 503 ? 9 : 0.1 } }),
    );
    const kept = thinned(points, 100);
    expect(kept).toHaveLength(100);
    expect(kept.at(-1)?.timeSeconds).toBe(999);
    expect(kept.some(({ timeSeconds }) => timeSeconds === 503)).toBe(true);
    expect(kept.map(({ timeSeconds }) => timeSeconds)).toEqual(
      kept.map(({ timeSeconds }) => timeSeconds).sort((a, b) => a - b),
    );
  });
});
