import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { Family } from "../../../src/metrics/sheet.ts";
import { renderFamilies } from "../../../src/metrics/text-format.ts";

async function familiesOf(fill: (registry: Registry) => void): Promise<Family[]> {
  const registry = new Registry();
  fill(registry);
  return (await registry.getMetricsAsJSON()) as Family[];
}

describe("the text of a scrape", () => {
  it("is an empty exposition without families", () => {
    expect(renderFamilies([], "prometheus")).toBe("\n");
    expect(renderFamilies([], "openmetrics")).toBe("# EOF\n");
  });

  it("keeps the names of counters whichever format is asked for first", async () => {
    const families = await familiesOf((registry) =>
      new Counter({ name: "x_events_total", help: "h", registers: [registry] }).inc(2),
    );
    const text = "# HELP x_events_total h\n# TYPE x_events_total counter\nx_events_total 2\n";
    expect(renderFamilies(families, "prometheus")).toBe(text);
    expect(renderFamilies(families, "openmetrics")).toBe(
      "# HELP x_events h\n# TYPE x_events counter\nx_events_total 2\n# EOF\n",
    );
    expect(renderFamilies(families, "prometheus")).toBe(text);
  });

  it("gives a counter its exemplar in OpenMetrics only", async () => {
    const [family] = await familiesOf((registry) =>
      new Counter({ name: "x_events_total", help: "h", registers: [registry] }).inc(2),
    );
    const exemplar = { labels: { image_id: 'a"b' }, value: 1, timeSeconds: 1_700_000_000.5 };
    const families = [{ ...(family as Family), exemplar }];
    expect(renderFamilies(families, "openmetrics")).toContain(
      'x_events_total 2 # {image_id="a\\"b"} 1 1700000000.500\n',
    );
    expect(renderFamilies(families, "prometheus")).toContain("x_events_total 2\n");
  });

  it("does not call a counter without _total a counter in OpenMetrics", async () => {
    const families = await familiesOf((registry) =>
      new Counter({ name: "x_events", help: "h", registers: [registry] }).inc(2),
    );
    expect(renderFamilies(families, "openmetrics")).toContain("# TYPE x_events unknown\nx_events 2");
  });

  it("escapes help and label values", async () => {
    const families = await familiesOf((registry) =>
      new Gauge({ name: "x", help: 'a\\b\n"c"', labelNames: ["l"], registers: [registry] }).set({ l: 'a\\b\n"c"' }, 1),
    );
    expect(renderFamilies(families, "prometheus")).toBe(
      '# HELP x a\\\\b\\n"c"\n# TYPE x gauge\nx{l="a\\\\b\\n\\"c\\""} 1\n',
    );
    expect(renderFamilies(families, "openmetrics")).toContain('# HELP x a\\\\b\\n\\"c\\"\n');
  });

  it("leaves out empty labels", async () => {
    const families = await familiesOf((registry) => {
      const gauge = new Gauge({ name: "x", help: "h", labelNames: ["a", "b"], registers: [registry] });
      gauge.set({ a: "", b: "" }, 1);
      gauge.set({ a: "", b: "c" }, 2);
    });
    expect(renderFamilies(families, "prometheus").split("\n").slice(2)).toEqual(["x 1", 'x{b="c"} 2', ""]);
  });

  it("writes bucket edges as floats and infinity as Prometheus spells it", async () => {
    const families = await familiesOf((registry) => {
      new Histogram({ name: "x_seconds", help: "h", buckets: [0.5, 1], registers: [registry] }).observe(0.7);
      new Gauge({ name: "y", help: "h", registers: [registry] }).set(Number.NEGATIVE_INFINITY);
    });
    const text = renderFamilies(families, "prometheus");
    for (const line of [
      'x_seconds_bucket{le="0.5"} 0',
      'x_seconds_bucket{le="1.0"} 1',
      'x_seconds_bucket{le="+Inf"} 1',
      "y -Inf",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });
});
