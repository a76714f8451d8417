import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toGrafana } from "../../../charts/dashboards/dashboard.ts";
import { DASHBOARDS } from "../../../charts/dashboards/index.ts";
import type { Shipped, ShippedPanel } from "../../../charts/dashboards/preview/queries.ts";
import { CATALOG } from "../../../src/metrics/catalog.ts";
import { selectorsOf } from "./promql.ts";
import { checkExpressions, RULES } from "./promtool.ts";
import { ALERTS, RECORDINGS } from "./rule-files.ts";

// The rules of Grafana's dashboard-linter, as far as they hold for recorded series, which have no instance. The pipeline board keeps all of them.

const FOLDER = join(RULES, "../dashboards");
const METRICS = new Map(CATALOG.flatMap(({ metrics }) => metrics).map((metric) => [metric.name, metric]));
const OTHERS = ["up", "ALERTS"];
const PROCESS = /^(process|nodejs)_/;
const RECORDED = new Set(RECORDINGS.map(({ record }) => record));
const UNITS = ["none", "short", "ops", "percentunit", "s", "bytes", "Bps", "dateTimeFromNow"];

const shipped = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return [file.replace(".json", ""), text, JSON.parse(text) as Shipped] as const;
});

/** As Prometheus gets it: Grafana's variables filled in. */
function filled(expression: string): string {
  return expression.replaceAll("$__rate_interval", "4m");
}

function queriesOf({ panels, annotations }: Shipped): string[] {
  return [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list].map(({ expr }) => expr);
}

function asking({ panels }: Shipped): ShippedPanel[] {
  return panels.filter(({ targets }) => targets !== undefined);
}

describe("the dashboards", () => {
  it("are three, and each is what its definition gives", () => {
    expect(shipped.map(([name]) => name)).toEqual(Object.keys(DASHBOARDS).sort());
    for (const [name, text] of shipped) {
      const board = DASHBOARDS[name];
      expect(board && `${JSON.stringify(toGrafana(board), undefined, 2)}\n`, "run: npm run dashboards").toBe(text);
    }
  });

  it("are those that the alerts link to", () => {
    const uids = shipped.map(([, , { uid }]) => uid);
    const links = ALERTS.flatMap(
      ({ annotations }) => /\/d\/([\w-]+)/.exec(annotations["dashboard_url"] ?? "")?.[1] ?? [],
    );
    expect(links).toHaveLength(ALERTS.length);
    for (const link of links) expect(uids).toContain(link);
  });

  it("show every metric of the catalogue that counts, and every recorded score", () => {
    const shown = new Set(
      shipped.flatMap(([, , board]) =>
        queriesOf(board).flatMap((query) => selectorsOf(filled(query)).map(({ metric }) => metric)),
      ),
    );
    expect(shown.size).toBeGreaterThan(50);
    for (const name of ["psi", "psi_z", "js_distance", "ks_distance"])
      expect(shown).toContain(`model_reference_statistic:vision_image_statistic:${name}`);
    for (const reasons of [
      "vision_images_dropped_total",
      "vision_exchanges_dropped_total",
      "vision_predictions_rejected_total",
    ])
      expect(shown).toContain(reasons);
  });
});

describe.each(shipped)("the dashboard %s", (name, _, board) => {
  it("asks in valid PromQL for metrics and labels that exist", () => {
    const queries = queriesOf(board).map(filled);
    expect(queries.length).toBeGreaterThan(15);
    checkExpressions(queries);
    for (const { metric } of queries.flatMap(selectorsOf)) {
      const known = METRICS.has(metric.replace(/_bucket$/, "")) || RECORDED.has(metric) || OTHERS.includes(metric);
      expect(known || PROCESS.test(metric), metric).toBe(true);
    }
  });

  it("takes counters only as rates, over the interval that fits the scrape", () => {
    for (const { metric, range } of queriesOf(board).map(filled).flatMap(selectorsOf)) {
      const isCounter = /(_total|_bucket)$/.test(metric);
      if (isCounter) expect(["rate", "increase"], metric).toContain(range?.function);
      if (range && isCounter) expect(range.length, metric).toBe("4m");
    }
  });

  it("narrows every series to the chosen place", () => {
    const wanted = name === "pipeline" ? ["cluster", "namespace", "job", "instance"] : ["cluster", "namespace"];
    for (const { metric, matchers } of asking(board).flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => selectorsOf(filled(expr))),
    ))
      expect(
        matchers.map(({ label }) => label),
        metric,
      ).toEqual(expect.arrayContaining(metric === "ALERTS" ? ["namespace"] : wanted));
  });

  it("has variables that follow the time range and lean on the chosen source", () => {
    const [source, ...others] = board.templating.list as unknown as {
      name: string;
      label: string;
      type: string;
      refresh?: number;
      datasource?: { uid: string };
    }[];
    expect(source).toMatchObject({ name: "datasource", label: "Data source", type: "datasource" });
    for (const variable of others.filter(({ type }) => type === "query")) {
      expect(variable.refresh, variable.name).toBe(2);
      expect(variable.datasource?.uid).toBe("${datasource}");
      expect(variable.label).toMatch(/^[A-Z]/);
    }
  });

  it.each(asking(board).map((panel) => [panel.title, panel] as const))(
    "says in %s what is seen, and in which unit",
    (title, panel) => {
      const {
        description,
        datasource,
        fieldConfig,
        targets = [],
      } = panel as ShippedPanel & { description: string; datasource: { uid: string } };
      expect(title).toMatch(/^[A-Z]/);
      expect(description).toMatch(/\.$/);
      expect(UNITS).toContain(fieldConfig?.defaults["unit"]);
      expect(targets.length).toBeGreaterThan(0);
      for (const source of [{ datasource }, ...(targets as unknown as { datasource: { uid: string } }[])])
        expect(source.datasource.uid).toBe("${datasource}");
    },
  );

  it("has panels with an id and a place of their own, and cannot be edited", () => {
    const panels = board.panels as readonly (ShippedPanel & { id: number })[];
    expect((board as unknown as { editable: boolean }).editable).toBe(false);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
