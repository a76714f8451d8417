import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CATALOG } from "../../../src/metrics/catalog.ts";
import { selectorsOf } from "./promql.ts";
import { checkExpressions, RULES } from "./promtool.ts";
import { RECORDINGS } from "./rule-files.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

const dashboard = JSON.parse(readFileSync(join(RULES, "../dashboards/vision-exporter.json"), "utf8")) as {
  readonly uid: string;
  readonly editable: boolean;
  readonly panels: readonly Panel[];
};
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const known = new Set([
  ...CATALOG.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
  ...RECORDINGS.map(({ record }) => record),
  "ALERTS",
]);

describe("the dashboard", () => {
  it("is the one that the alerts link to", () => {
    expect(dashboard.uid).toBe("vision-exporter");
    expect(dashboard.editable).toBe(false);
  });

  it("asks in valid PromQL for metrics that exist", () => {
    expect(expressions.length).toBeGreaterThan(30);
    checkExpressions(expressions.map((expression) => expression.replaceAll("$__rate_interval", "5m")));
    for (const expression of expressions) {
      for (const { metric } of selectorsOf(expression))
        expect(known, expression).toContain(metric.replace(/_bucket$/, ""));
    }
  });

  it("rates counters over the interval that fits the scrape, and nothing else", () => {
    for (const expression of expressions) {
      expect(expression).not.toMatch(/\[(?!\$__rate_interval\])/);
      for (const { metric } of selectorsOf(expression)) {
        if (metric.endsWith("_total")) expect(expression).toContain(`rate(${metric}{`);
      }
    }
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "says in %s what is seen, in which unit, from the chosen source",
    (_, panel) => {
      expect(panel.description).toMatch(/\.$/);
      expect(["none", "ops", "percentunit", "s", "short"]).toContain(panel.fieldConfig?.defaults.unit);
      for (const source of [panel, ...(panel.targets ?? [])])
        expect(source.datasource?.uid).toMatch(/^\$\{datasource\}$/);
    },
  );

  it("has panels with an id and a place of their own", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
