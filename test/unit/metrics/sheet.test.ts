import { describe, expect, it } from "vitest";
import { Buckets } from "../../../src/metrics/buckets.ts";
import { labelValue, ownSeries } from "../../../src/metrics/label-value.ts";
import type { MetricSpec } from "../../../src/metrics/metric-spec.ts";
import { Sheet } from "../../../src/metrics/sheet.ts";
import { renderFamilies } from "../../../src/metrics/text-format.ts";

const gauge = { name: "g", type: "gauge", labels: ["model", "kind"], help: "h" } as const satisfies MetricSpec;
const plain = { name: "p", type: "gauge", labels: [], help: "h" } as const satisfies MetricSpec;
const byClass = { name: "c_total", type: "counter", labels: ["class"], help: "h" } as const satisfies MetricSpec;
const histogram = { name: "d_seconds", type: "histogram", labels: [], help: "h" } as const satisfies MetricSpec;

function sheet(options: { classes?: string[]; maxSeries?: number } = {}): Sheet {
  return new Sheet({
    common: { model: "m", model_version: "", reference: "r" },
    classes: new Set(options.classes ?? []),
    maxSeries: options.maxSeries ?? 100,
  });
}

async function samples(of: Sheet): Promise<string[]> {
  return renderFamilies(await of.families(), "prometheus")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"));
}

describe("a sheet", () => {
  it("is empty at first", async () => {
    expect(await samples(sheet())).toEqual([]);
  });

  it("fills in the labels that all series share", async () => {
    const one = sheet();
    one.set(gauge, { kind: "a" }, 1);
    one.set(plain, {}, 0);
    expect(await samples(one)).toEqual(['g{model="m",kind="a"} 1', "p 0"]);
  });

  it("leaves out what is not a finite number", async () => {
    const one = sheet();
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY])
      one.set(gauge, { kind: String(value) }, value);
    expect(await samples(one)).toEqual([]);
  });

  it("sums classes without series of their own under other, and counts them", async () => {
    const one = sheet({ classes: ["a", "b"] });
    one.setByClass(
      byClass,
      new Map([
        ["a", 1],
        ["b", 2],
        ["c", 3],
        ["d", 4],
        ["other", 5],
      ]),
    );
    expect(await samples(one)).toEqual(['c_total{class="a"} 1', 'c_total{class="b"} 2', 'c_total{class="other"} 12']);
    expect([...one.folded]).toEqual([["c_total", 2]]);
  });

  it("sums classes whose names become the same label", async () => {
    const long = "x".repeat(64);
    const one = sheet({ classes: [`${long}1`, `${long}2`] });
    one.setByClass(
      byClass,
      new Map([
        [`${long}1`, 1],
        [`${long}2`, 2],
      ]),
    );
    expect(await samples(one)).toEqual([`c_total{class="${long}"} 3`]);
  });

  it("writes a histogram from counts, cumulated", async () => {
    const one = sheet();
    const buckets = new Buckets([1, 2.5]);
    for (const value of [0.5, 1, 2, 9, Number.NaN, -1, Number.POSITIVE_INFINITY]) buckets.observe(value);
    one.histogram(histogram, {}, buckets);
    expect(await samples(one)).toEqual([
      'd_seconds_bucket{le="1.0"} 2',
      'd_seconds_bucket{le="2.5"} 3',
      'd_seconds_bucket{le="+Inf"} 4',
      "d_seconds_sum 12.5",
      "d_seconds_count 4",
    ]);
  });

  it("takes no more series than its bound, a histogram whole or not at all, and counts what it left out", async () => {
    const one = sheet({ maxSeries: 4 });
    one.set(plain, {}, 1);
    one.histogram(histogram, {}, new Buckets([1, 2]));
    for (const kind of ["a", "b", "c", "d"]) one.set(gauge, { kind }, 1);
    expect(await samples(one)).toHaveLength(4);
    expect([...one.folded]).toEqual([
      ["d_seconds", 5],
      ["g", 1],
    ]);
  });
});

describe("label values", () => {
  it("are never empty, long, or such that two of them are written alike", () => {
    expect(labelValue("")).toBe("unnamed");
    expect(labelValue("a\u0000b\nc")).toBe("a\ufffdb\ufffdc");
    expect(labelValue("\ud800")).toBe("\ufffd");
    expect(labelValue("😀".repeat(80))).toBe("😀".repeat(64));
  });
});

describe("the classes with series of their own", () => {
  it("are the commonest of the reference", () => {
    expect([
      ...ownSeries(
        ["a", "b", "c", "other"],
        new Map([
          ["a", 1],
          ["b", 3],
          ["c", 2],
          ["other", 9],
        ]),
        2,
      ),
    ]).toEqual(["b", "c"]);
  });

  it("are the first of the list without a reference", () => {
    expect([...ownSeries(["a", "b", "c"], new Map(), 2)]).toEqual(["a", "b"]);
    expect([...ownSeries([], new Map(), 2)]).toEqual([]);
  });
});
