import { describe, expect, it } from "vitest";
import { type HistoryPoint, VERDICTS, type Verdict } from "../../../../src/core/assessment.ts";
import { APPEARANCE, relevantWindow, since, verdictMark } from "../../../../src/http/page/verdict.ts";
import { windowOf } from "../literals.ts";

const point = (timeSeconds: number, verdict: Verdict, window = "1h"): HistoryPoint => ({
  timeSeconds,
  window,
  verdict,
  imageCount: 1,
  driftRatios: {},
});

describe("verdicts", () => {
  it("differ in word, shape and height, not in colour alone", () => {
    const appearances = VERDICTS.map((verdict) => APPEARANCE[verdict]);
    for (const read of [
      (each: (typeof appearances)[0]) => each.word,
      (each: (typeof appearances)[0]) => String(each.shape),
    ]) {
      expect(new Set(appearances.map(read)).size).toBe(VERDICTS.length);
    }
    expect(appearances.map(({ level }) => level)).toEqual(appearances.map(({ level }) => level).sort((a, b) => b - a));
    expect(String(verdictMark("ok"))).toContain('aria-hidden="true"');
  });
});

describe("the relevant window", () => {
  const windows = [
    windowOf({ window: "10m", verdict: "not_enough_data" }),
    windowOf({ window: "1h", verdict: "drifting" }),
    windowOf({ window: "6h", verdict: "drifting" }),
    windowOf({ window: "24h", verdict: "ok" }),
  ];

  it("is the shortest of the most harmful", () => {
    expect(relevantWindow(windows, undefined)?.window).toBe("1h");
  });

  it("is the one asked for, if there is one of that name", () => {
    expect(relevantWindow(windows, "24h")?.window).toBe("24h");
    expect(relevantWindow(windows, "7d")?.window).toBe("1h");
  });

  it("is none of none", () => {
    expect(relevantWindow([], "1h")).toBeUndefined();
  });
});

describe("since when a verdict stands", () => {
  const drifting = windowOf({ verdict: "drifting" });

  it("is unknown without history", () => {
    expect(since([], drifting)).toBeUndefined();
  });

  it("is the first of the last points that agree", () => {
    const verdicts = ["ok", "drifting", "ok", "drifting", "drifting"] as const;
    const history = [...verdicts.map((verdict, index) => point(index, verdict)), point(4, "ok", "24h")];
    expect(since(history, drifting)).toEqual({ seconds: 3, known: true });
  });

  it("is at least the beginning of the history", () => {
    expect(since([point(1, "drifting"), point(2, "drifting")], drifting)).toEqual({ seconds: 1, known: false });
  });

  it("is unknown when the verdict is newer than the last point", () => {
    expect(since([point(1, "ok")], drifting)).toBeUndefined();
  });
});
