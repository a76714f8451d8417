import { describe, expect, it } from "vitest";
import * as format from "../../../../src/http/page/format.ts";

/** No-break spaces read badly in a table of expectations. */
const plain = (text: string): string => text.replaceAll("\u00a0", " ");

describe("numbers on the page", () => {
  it.each([
    [Number.NaN, "–"],
    [0, "0"],
    [0.012_34, "0.0123"],
    [-12.345, "-12.3"],
    [8211.4, "8,211"],
    [1_500_000, "1.5×10⁶"],
    [0.000_42, "4.2×10⁻⁴"],
  ])("write the quantity %d as %s", (value, text) => expect(format.quantity(value)).toBe(text));

  it.each([
    [0.9123, "91.2 %"],
    [Number.NaN, "–"],
    [1, "100.0 %"],
  ])("write the ratio %d as %s", (value, text) => expect(plain(format.percent(value))).toBe(text));

  it("write an interval, or that there is none", () => {
    expect(plain(format.percentRange(0.881, 0.936))).toBe("88.1 to 93.6 %");
    expect(format.percentRange(undefined, 0.9)).toBe("no interval");
  });

  it.each([
    [3.42, "3.4×"],
    [41.9, "42×"],
    [0.314, "0.31×"],
    [Number.NaN, "–"],
  ])("write %d times the threshold as %s", (value, text) => expect(format.times(value)).toBe(text));

  it.each([
    [0, "< 10⁻³⁰⁰"],
    [3.2e-8, "3×10⁻⁸"],
    [0.0312, "0.031"],
    [0.5, "0.50"],
    [Number.NaN, "–"],
  ])("write the probability %d as %s", (value, text) => expect(plain(format.probability(value))).toBe(text));

  it.each([
    [12, "12 s"],
    [61, "1 min"],
    [11_000, "3 h 3 min"],
    [7200, "2 h"],
    [200_000, "2 d 7 h"],
    [-5, "0 s"],
    [Number.NaN, "–"],
  ])("write %d seconds as %s", (value, text) => expect(plain(format.duration(value))).toBe(text));

  it("count in the singular and the plural", () => {
    expect([format.plural(1, "label"), format.plural(0, "label"), format.plural(1234, "label")]).toEqual([
      "1 label",
      "0 labels",
      "1,234 labels",
    ]);
  });
});

describe("times on the page", () => {
  const noon = Date.UTC(2026, 10, 9, 12, 5) / 1000;

  it("name the day only when it is another one", () => {
    expect(format.clockTime(noon, noon + 60)).toBe("12:05");
    expect(format.clockTime(noon, noon + 86_400)).toBe("9 Nov 12:05");
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300])("survive %d", (seconds) => {
    expect(format.clockTime(seconds)).toMatch(/^\d\d:\d\d$/);
  });
});
