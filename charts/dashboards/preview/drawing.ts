import type { Answered, Series } from "./queries.ts";

// Simple charts of the data that Grafana would show, in Grafana's grid. They stand in for Grafana where it cannot be installed: layout, titles,
// units, thresholds and curves can be looked at, its exact looks cannot.

const COLOURS = [
  "#73bf69",
  "#f2cc0c",
  "#5794f2",
  "#ff9830",
  "#b877d9",
  "#f2495c",
  "#8ab8ff",
  "#96d98d",
  "#ffb357",
  "#ca95e5",
];
const NAMED: Readonly<Record<string, string>> = {
  green: "#73bf69",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
  purple: "#b877d9",
};
const CELL = { width: 60, height: 38, gap: 8 };

interface Curve {
  readonly name: string;
  readonly series: Series;
}

/** A page with every panel at its place. */
export function drawDashboard(
  title: string,
  answered: readonly Answered[],
): { html: string; width: number; height: number } {
  const bottom = Math.max(...answered.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const width = 24 * CELL.width + 2 * CELL.gap;
  const height = bottom * CELL.height + 60;
  const panels = answered.map(drawPanel).join("\n");
  const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><h1>${escaped(title)}</h1><main style="height:${bottom * CELL.height}px">${panels}</main>`;
  return { html, width, height };
}

function drawPanel(answered: Answered): string {
  const { x, y, w, h } = answered.panel.gridPos;
  const size = { width: w * CELL.width - CELL.gap, height: h * CELL.height - CELL.gap };
  const place = `left:${x * CELL.width}px;top:${y * CELL.height}px;width:${size.width}px;height:${size.height}px`;
  if (answered.panel.type === "row") return `<h2 style="${place}">▾ ${escaped(answered.title)}</h2>`;
  const body = BODIES[answered.panel.type]?.(answered, { width: size.width - 20, height: size.height - 34 }) ?? "";
  return `<section style="${place}"><h3>${escaped(answered.title)}</h3>${body}</section>`;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const BODIES: Readonly<Record<string, (answered: Answered, size: Size) => string>> = {
  stat: drawStat,
  timeseries: drawCurves,
  "state-timeline": drawStates,
  table: drawTable,
  barchart: drawBars,
  text: ({ panel }) => `<div class="text">${markdown(panel.options?.content ?? "")}</div>`,
};

function curvesOf({ answers }: Answered): Curve[] {
  return answers.flatMap(({ legend, series }) =>
    series.map((each) => ({ name: named(legend, each.metric), series: each })),
  );
}

function named(legend: string, metric: Series["metric"]): string {
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "").trim();
}

function drawStat(answered: Answered, { height }: Size): string {
  const value = curvesOf(answered)[0]?.series.values.at(-1)?.[1];
  if (value === undefined) return `<p class="none">no data</p>`;
  const { text, colour } = worded(answered, value);
  return `<p class="stat" style="color:${colour};line-height:${height}px">${escaped(text)}</p>`;
}

interface Mapped {
  readonly text: string;
  readonly color: string;
}

function worded({ panel }: Answered, value: number): { text: string; colour: string } {
  const { mappings, thresholds, unit } = (panel.fieldConfig?.defaults ?? {}) as {
    mappings?: readonly { options: Readonly<Record<string, Mapped>> }[];
    thresholds?: { steps: readonly { color: string; value: number | null }[] };
    unit?: string;
  };
  const mapped = mappings?.[0]?.options[String(value)];
  if (mapped) return { text: mapped.text, colour: colourOf(mapped.color) };
  const step = thresholds?.steps.filter((each) => each.value === null || value >= each.value).at(-1);
  return { text: formatted(value, unit), colour: colourOf(step?.color ?? "green") };
}

function colourOf(name: string): string {
  return NAMED[name] ?? name;
}

function formatted(value: number, unit = "none"): string {
  if (unit === "percentunit") return `${(100 * value).toFixed(1)} %`;
  if (unit === "dateTimeFromNow") return `${Math.max(0, Math.round((Date.now() - value) / 1000))} s ago`;
  if (unit === "bytes" || unit === "Bps") return `${bytes(value)}${unit === "Bps" ? "/s" : ""}`;
  const suffix = { ops: "/s", s: " s" }[unit] ?? "";
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) < 0.1 ? 4 : 2;
  return `${value.toFixed(digits)}${suffix}`;
}

function bytes(value: number): string {
  return value < 2 ** 20 ? `${(value / 2 ** 10).toFixed(0)} KiB` : `${(value / 2 ** 20).toFixed(0)} MiB`;
}

function isDashed({ panel }: Answered, name: string): boolean {
  return hasProperty(panel, name, "custom.lineStyle");
}

function hasProperty(panel: Answered["panel"], name: string, property: string): boolean {
  const override = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === name);
  return override?.properties.some(({ id }) => id === property) ?? false;
}

function drawCurves(answered: Answered, { width, height }: Size): string {
  const curves = curvesOf(answered);
  const points = curves.flatMap(({ series }) => series.values).filter(([, value]) => Number.isFinite(value));
  if (points.length === 0) return `<p class="none">no data</p>`;
  const { min, max, unit } = (answered.panel.fieldConfig?.defaults ?? {}) as {
    min?: number;
    max?: number;
    unit?: string;
  };
  const low = min ?? Math.min(...points.map(([, value]) => value));
  const high = Math.max(max ?? Math.max(...points.map(([, value]) => value)), low + 1e-9);
  const first = Math.min(...points.map(([time]) => time));
  const last = Math.max(...points.map(([time]) => time), first + 1);
  const plot = { left: 62, width: width - 70, height: height - 40 };
  const at = ([time, value]: readonly [number, number]): string =>
    `${(plot.left + (plot.width * (time - first)) / (last - first)).toFixed(1)},${(6 + plot.height * (1 - (value - low) / (high - low))).toFixed(1)}`;
  const lines = curves.map(({ name, series }, index) => {
    const hidden = hasProperty(answered.panel, name, "custom.hideFrom");
    const dash = isDashed(answered, name) ? 'stroke-dasharray="6 4"' : hidden ? 'stroke-opacity=".35"' : "";
    const parts = unbroken(series.values.filter(([, value]) => Number.isFinite(value)));
    return parts
      .map((part) => `<polyline points="${part.map(at).join(" ")}" stroke="${colour(index)}" ${dash}/>`)
      .join("");
  });
  const ticks = [0, 0.5, 1].map((share) => {
    const level = 6 + plot.height * (1 - share);
    return `<path d="M${plot.left} ${level}h${plot.width}" class="grid"/><text x="${plot.left - 6}" y="${level + 4}" text-anchor="end">${formatted(low + share * (high - low), unit)}</text>`;
  });
  return `<svg width="${width}" height="${height - 18}">${ticks.join("")}${lines.join("")}</svg>${legend(curves.map(({ name }) => name))}`;
}

/** A curve that is absent for a while has a gap there: the estimate that is withheld, for one. */
function unbroken(values: Series["values"]): Series["values"][] {
  const steps = values.slice(1).map(([time], index) => time - (values[index]?.[0] ?? 0));
  const longest = 1.5 * Math.min(...steps);
  const parts: (readonly [number, number])[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (index > 0 && (steps[index - 1] ?? 0) > longest) parts.push([]);
    parts.at(-1)?.push(value);
  }
  return parts;
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#ccc";
}

function legend(names: readonly string[]): string {
  const shown = names.map((name, index) => `<span style="color:${colour(index)}">━</span> ${escaped(name)}`);
  return `<p class="legend">${shown.join(" &nbsp; ")}</p>`;
}

function drawStates(answered: Answered, { width, height }: Size): string {
  const curves = curvesOf(answered);
  const times = curves.flatMap(({ series }) => series.values.map(([time]) => time));
  const first = Math.min(...times);
  const span = Math.max(...times, first + 1) - first;
  const lineHeight = Math.min(40, (height - 30) / Math.max(1, curves.length));
  const lines = curves.map(({ name, series }, row) => {
    const cell = ((width - 130) * (span / Math.max(1, series.values.length - 1))) / span + 1;
    const cells = series.values.map(([time, value]) => {
      const x = 120 + ((width - 130) * (time - first)) / span;
      return `<rect x="${x.toFixed(1)}" y="${row * lineHeight}" width="${cell.toFixed(1)}" height="${lineHeight * 0.85}" fill="${worded(answered, value).colour}"/>`;
    });
    return `<text x="112" y="${row * lineHeight + lineHeight * 0.55}" text-anchor="end">${escaped(name)}</text>${cells.join("")}`;
  });
  const { mappings } = (answered.panel.fieldConfig?.defaults ?? {}) as {
    mappings?: readonly { options: Record<string, Mapped> }[];
  };
  const words = Object.values(mappings?.[0]?.options ?? {}).map(
    ({ text, color }) => `<span style="color:${colourOf(color)}">■</span> ${text}`,
  );
  return `<svg width="${width}" height="${height - 22}">${lines.join("")}</svg><p class="legend">${words.join(" &nbsp; ")}</p>`;
}

interface Line {
  readonly labels: Series["metric"];
  readonly values: Map<string, number>;
}

/** Grafana's merge: one line for equal labels. */
function merged({ answers }: Answered): Line[] {
  const lines = new Map<string, Line>();
  for (const { legend: name, series } of answers) {
    for (const { metric, values } of series) {
      const { __name__: _, ...labels } = metric;
      const key = JSON.stringify(Object.entries(labels).sort());
      const line = lines.get(key) ?? { labels, values: new Map() };
      lines.set(key, line);
      const value = values.at(-1)?.[1];
      if (value !== undefined) line.values.set(name, value);
    }
  }
  return [...lines.values()];
}

function drawTable(answered: Answered): string {
  const lines = merged(answered);
  const labels = [...new Set(lines.flatMap((line) => Object.keys(line.labels)))];
  const columns = answered.answers.map(({ legend: name }) => name);
  const head = [...labels, ...columns].map((name) => `<th>${escaped(name)}</th>`).join("");
  const rows = lines.map((line) => {
    const cells = columns.map((name) => `<td class="number">${cell(answered, name, line.values.get(name))}</td>`);
    return `<tr>${labels.map((label) => `<td>${escaped(line.labels[label] ?? "")}</td>`).join("")}${cells.join("")}</tr>`;
  });
  return `<table><tr>${head}</tr>${rows.join("")}</table>`;
}

function cell({ panel }: Answered, name: string, value: number | undefined): string {
  if (value === undefined) return "";
  const properties = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === name)?.properties ?? [];
  const property = (wanted: string): unknown => properties.find(({ id }) => id === wanted)?.value;
  const mappings = property("mappings") as readonly { options: Readonly<Record<string, Mapped>> }[] | undefined;
  const mapped = mappings?.[0]?.options[String(value)];
  if (mapped) return `<b style="color:${colourOf(mapped.color)}">${mapped.text}</b>`;
  return escaped(formatted(value, (property("unit") ?? panel.fieldConfig?.defaults["unit"]) as string));
}

function drawBars(answered: Answered, { width, height }: Size): string {
  const lines = merged(answered);
  const columns = answered.answers.map(({ legend: name }) => name);
  const high = Math.max(1e-9, ...lines.flatMap(({ values }) => [...values.values()]));
  const group = (width - 20) / Math.max(1, lines.length);
  const room = height - 50;
  const bars = lines.flatMap((line, index) => [
    ...columns.map((name, column) => {
      const tall = (room * (line.values.get(name) ?? 0)) / high;
      const thick = (0.8 * group) / columns.length;
      return `<rect x="${10 + index * group + column * thick}" y="${6 + room - tall}" width="${thick - 1}" height="${tall}" fill="${colour(column)}"/>`;
    }),
    `<text x="${10 + index * group + 0.4 * group}" y="${room + 20}" text-anchor="middle">${escaped(Object.values(line.labels).join(" "))}</text>`,
  ]);
  return `<svg width="${width}" height="${height - 20}">${bars.join("")}</svg>${legend(columns)}`;
}

/** As much of it as the text panels use. */
function markdown(content: string): string {
  return escaped(content)
    .replace(/```\n([\s\S]*?)```/g, "<pre>$1</pre>")
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "<u>$1</u>");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const STYLE = `
body { background: #111217; color: #ccccdc; font: 13px "DejaVu Sans", sans-serif; margin: ${CELL.gap}px; }
h1 { font-size: 17px; margin: 0 0 10px; } main { position: relative; }
h2, section { position: absolute; margin: 0; box-sizing: border-box; overflow: hidden; }
h2 { font-size: 14px; font-weight: normal; } section { background: #181b1f; border: 1px solid #25272d; padding: 6px 10px; }
h3 { font-size: 13px; margin: 0 0 4px; font-weight: 600; } p { margin: 0; }
.stat { font-size: 26px; text-align: center; white-space: nowrap; } .none { text-align: center; color: #777; padding-top: 20px; }
.legend { font-size: 11px; white-space: nowrap; } svg text { fill: #9a9ba5; font-size: 11px; } .grid { stroke: #2c2f36; }
polyline { fill: none; stroke-width: 1.4; } table { width: 100%; border-collapse: collapse; font-size: 12px; }
th { text-align: left; color: #8e9bd8; font-weight: normal; } td, th { padding: 2px 6px; border-bottom: 1px solid #25272d; }
.text { font-size: 12px; line-height: 1.5; } pre { background: #111217; padding: 6px; white-space: pre-wrap; }
`;
