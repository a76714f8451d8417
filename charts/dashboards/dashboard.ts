import type { Panel, Query, Row } from "./panel.ts";

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** A query of label values, or words to choose from. */
  readonly values: string | readonly string[];
  readonly multi?: boolean;
  /** What "All" stands for: `.*` where the label may be absent. */
  readonly all?: string;
}

export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
  readonly color: string;
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly rows: readonly Row[];
}

export type Json = { readonly [key: string]: unknown };

export const DATASOURCE: Json = { type: "prometheus", uid: "${datasource}" };
const COLUMNS = 24;
const TAG = "vision-exporter";

/** Grafana's own JSON of a board (schema version 39: Grafana 10.4 and later). */
export function toGrafana(board: Board): Json {
  const panels = layOut(board.rows).map((panel, index) => ({ id: index + 1, ...panel }));
  return {
    uid: board.uid,
    title: board.title,
    description: board.description,
    tags: [TAG],
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: "1m",
    time: { from: "now-24h", to: "now" },
    timezone: "",
    graphTooltip: 1,
    templating: { list: [datasourceVariable(), ...board.variables.map(toVariable)] },
    annotations: { list: board.annotations.map(toAnnotation) },
    links: [
      {
        type: "dashboards",
        title: "vision-exporter",
        tags: [TAG],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
      },
    ],
    panels,
  };
}

/** Panels from left to right, a new line when one does not fit; each row starts on a line of its own. */
function layOut(rows: readonly Row[]): Json[] {
  const placed: Json[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({ type: "row", title, collapsed: false, panels: [], gridPos: { h: 1, w: COLUMNS, x: 0, y } });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) {
        y += lineHeight;
        x = 0;
        lineHeight = 0;
      }
      placed.push(toPanel(panel, { h: panel.height, w: panel.width, x, y }));
      x += panel.width;
      lineHeight = Math.max(lineHeight, panel.height);
    }
    y += lineHeight;
  }
  return placed;
}

function toPanel(panel: Panel, gridPos: Json): Json {
  const { type, title, description, queries } = panel;
  if (type === "text")
    return { type, title, description, gridPos, options: { mode: "markdown", content: panel.markdown ?? "" } };
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: fieldDefaults(panel), overrides: overrides(panel) },
    options: OPTIONS[type],
    ...(isJoined(type) && { transformations: joined(panel) }),
    targets: queries.map((query, index) => toTarget(type, query, index)),
  };
}

function toTarget(type: Panel["type"], { expr, legend, instant = false, exemplar }: Query, index: number): Json {
  return {
    refId: String.fromCharCode(65 + index),
    datasource: DATASOURCE,
    expr,
    legendFormat: legend,
    instant,
    range: !instant,
    ...(isJoined(type) && { format: "table" }),
    ...(exemplar && { exemplar }),
  };
}

function fieldDefaults({ type, unit, steps, names, min, max, decimals, stacked, links }: Panel): Json {
  return {
    unit,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(decimals !== undefined && { decimals }),
    ...(steps && { thresholds: { mode: "absolute", steps } }),
    ...(names && type !== "table" && { mappings: [mapping(names)] }),
    ...(links && { links: links.map((link) => ({ ...link, targetBlank: true })) }),
    color: { mode: type === "timeseries" || type === "barchart" ? "palette-classic" : "thresholds" },
    custom: CUSTOM[type] && { ...CUSTOM[type], ...(stacked && { stacking: { mode: "normal" }, fillOpacity: 40 }) },
  };
}

const CUSTOM: Partial<Record<Panel["type"], Json>> = {
  timeseries: { drawStyle: "line", lineWidth: 1, fillOpacity: 5, showPoints: "never", spanNulls: false },
  "state-timeline": { fillOpacity: 80, lineWidth: 0, spanNulls: false },
  table: { align: "auto", cellOptions: { type: "auto" } },
};

const OPTIONS: Record<Panel["type"], Json> = {
  timeseries: {
    legend: { displayMode: "list", placement: "bottom", showLegend: true },
    tooltip: { mode: "multi", sort: "desc" },
  },
  stat: {
    reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    colorMode: "value",
    graphMode: "none",
    textMode: "auto",
  },
  "state-timeline": {
    showValue: "auto",
    mergeValues: true,
    rowHeight: 0.9,
    legend: { displayMode: "list", placement: "bottom", showLegend: true },
  },
  table: { showHeader: true, cellHeight: "sm" },
  barchart: {
    orientation: "auto",
    showValue: "never",
    groupWidth: 0.7,
    barWidth: 0.95,
    legend: { displayMode: "list", placement: "bottom", showLegend: true },
  },
  text: {},
};

function mapping(names: NonNullable<Panel["names"]>): Json {
  return { type: "value", options: names };
}

function named(name: string, properties: readonly Json[]): Json {
  return { matcher: { id: "byName", options: name }, properties };
}

function overrides(panel: Panel): Json[] {
  const { type, names, band, dashed = [], columns = {}, queries } = panel;
  const [lower, upper] = band ?? [];
  const first = queries[0]?.legend;
  return [
    ...(type === "table" && names && first
      ? [named(first, [{ id: "mappings", value: [mapping(names)] }, COLOURED])]
      : []),
    ...(lower ? [named(lower, [{ id: "custom.lineWidth", value: 0 }, HIDDEN])] : []),
    ...(upper
      ? [
          named(upper, [
            { id: "custom.lineWidth", value: 0 },
            { id: "custom.fillBelowTo", value: lower },
            { id: "custom.fillOpacity", value: 15 },
            HIDDEN,
          ]),
        ]
      : []),
    ...dashed.map((name) => named(name, [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } }])),
    ...queries.flatMap(({ legend }) =>
      columns[legend] ? [named(legend, [{ id: "unit", value: columns[legend] }])] : [],
    ),
  ];
}

const COLOURED: Json = { id: "custom.cellOptions", value: { type: "color-text" } };
const HIDDEN: Json = { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } };

function isJoined(type: Panel["type"]): boolean {
  return type === "table" || type === "barchart";
}

/** One line a subject: the queries are joined by their labels, and each value gets its query's name. */
function joined({ queries }: Panel): Json[] {
  const values = queries.map(({ legend }, index) => [`Value #${String.fromCharCode(65 + index)}`, legend] as const);
  const renameByName = Object.fromEntries(queries.length === 1 ? [["Value", queries[0]?.legend]] : values);
  return [
    { id: "merge", options: {} },
    { id: "organize", options: { excludeByName: { Time: true }, renameByName } },
  ];
}

function datasourceVariable(): Json {
  return { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", current: {}, hide: 0 };
}

function toVariable({ name, label, values, multi = false, all }: Variable): Json {
  if (typeof values !== "string") {
    const options = values.map((value, index) => ({ text: value, value, selected: index === 0 }));
    return {
      name,
      label,
      type: "custom",
      query: values.join(","),
      options,
      current: { text: values[0], value: values[0] },
    };
  }
  return {
    name,
    label,
    type: "query",
    datasource: DATASOURCE,
    query: { query: values, refId: name },
    definition: values,
    refresh: 2,
    sort: 1,
    multi,
    includeAll: all !== undefined,
    ...(all !== undefined && { allValue: all }),
    current: {},
  };
}

function toAnnotation({ name, expr, title, text, color }: Annotation): Json {
  return { name, datasource: DATASOURCE, enable: true, iconColor: color, expr, titleFormat: title, textFormat: text };
}
