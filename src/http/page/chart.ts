import { type Html, html } from "../html.ts";
import { clockTime, day } from "./format.ts";
import type { Scale } from "./scale.ts";
import type { Segment } from "./series.ts";

/**
 * Charts are SVG without a viewBox: across they are placed in percent, down in pixels, so text and strokes keep their size
 * at every width of the page. Axis and line labels stand outside the plot, in the margin that the style sheet leaves.
 */
export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  /** What the chart says, for those who cannot see it. */
  readonly title: string;
  readonly description: string;
  readonly height: number;
  readonly time: Scale;
  readonly value: Scale;
  readonly formatValue: (value: number) => string;
  /** Drawn in this order, the first at the bottom. */
  readonly marks: readonly Html[];
  readonly labels: readonly LineLabel[];
}

export interface LineLabel {
  /** Pixels from the top where the line ends. */
  readonly y: number;
  readonly value: string;
  readonly name: string;
  readonly className: string;
}

/** Width of the nested coordinate system of lines and bands; they are stretched, their strokes are not. */
const UNITS = 1000;
const AXIS_HEIGHT = 22;
const LABEL_DISTANCE = 15;

export function chart(parts: Chart): Html {
  const { id, height, time } = parts;
  return html`<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" height="${height + AXIS_HEIGHT}">
<title id="${id}-title">${parts.title}</title><desc id="${id}-desc">${parts.description}</desc>
${valueAxis(parts)}${timeAxis(time, height)}${parts.marks}${lineLabels(parts.labels, height)}</svg>${nameList(parts.labels)}`;
}

/** Pixels from the top of a plot `height` high. */
export function down(scale: Scale, value: number, height: number): number {
  return rounded((1 - scale.place(value)) * height);
}

/** Horizontal place as an SVG percentage. */
export function across(scale: Scale, value: number): string {
  return `${rounded(scale.place(value) * 100)}%`;
}

export function line(parts: readonly Segment[], time: Scale, value: Scale, height: number, className: string): Html {
  const lone = parts.filter((segment) => segment.length === 1).map((segment) => segment[0] as Segment[number]);
  const path = parts
    .filter((segment) => segment.length > 1)
    .map(
      (segment) =>
        `M${segment.map((point) => at(time, point.timeSeconds, down(value, point.value, height))).join("L")}`,
    );
  return html`${stretched(height, html`<path class="line ${className}" d="${path.join("")}"/>`)}${lone.map(
    (point) =>
      html`<circle class="dot ${className}" cx="${across(time, point.timeSeconds)}" cy="${down(value, point.value, height)}" r="2.5"/>`,
  )}`;
}

export function band(parts: readonly Segment[], time: Scale, value: Scale, height: number, className: string): Html {
  const outlines = parts.map((segment) => {
    const edge = (side: "lower" | "upper"): string[] =>
      segment.map((point) => at(time, point.timeSeconds, down(value, point[side] ?? point.value, height)));
    return `M${[...edge("upper"), ...edge("lower").reverse()].join("L")}Z`;
  });
  return stretched(height, html`<path class="band ${className}" d="${outlines.join("")}"/>`);
}

/** A level across the whole plot, such as a threshold. */
export function rule(scale: Scale, value: number, height: number, className: string): Html {
  const y = down(scale, value, height);
  return html`<line class="rule ${className}" x1="0" x2="100%" y1="${y}" y2="${y}"/>`;
}

/** Moves labels apart that would cover each other, keeping their order and staying inside the plot. */
export function spread(
  labels: readonly LineLabel[],
  height: number,
  distance: number = LABEL_DISTANCE,
): readonly LineLabel[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  const places: number[] = [];
  for (const { y } of sorted) places.push(Math.max(y, (places.at(-1) ?? Number.NEGATIVE_INFINITY) + distance));
  for (let index = places.length - 1, bottom = height; index >= 0; index--, bottom -= distance) {
    places[index] = Math.min(places[index] as number, bottom);
    bottom = Math.min(bottom, places[index] as number);
  }
  return sorted.map((label, index) => ({ ...label, y: rounded(places[index] as number) }));
}

function lineLabels(labels: readonly LineLabel[], height: number): Html {
  const from = [...labels].sort((a, b) => a.y - b.y);
  const to = spread(labels, height);
  const marks = to.map(({ value, name, className, y }, index) => {
    const start = (from[index] as LineLabel).y;
    return html`<path class="leader" d="M1 ${start}L9 ${y}"/><text class="${className}" x="12" y="${y}" dy=".35em">${value}<tspan class="name"> ${name}</tspan></text>`;
  });
  return html`<svg x="100%">${marks}</svg>`;
}

/** Where the margin has no room for names, they stand below, in the colour and the order of the lines. */
function nameList(labels: readonly LineLabel[]): Html {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  return html`<p class="legend names" aria-hidden="true">${sorted.map(({ value, name, className }) => html`<span class="${className}">${value} ${name}</span>`)}</p>`;
}

function valueAxis({ value, height, formatValue }: Chart): Html {
  const ticks = value.ticks.map((tick) => {
    const y = down(value, tick, height);
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="-6" y="${y}" dy=".35em" text-anchor="end">${formatValue(tick)}</text>`;
  });
  return html`<g>${ticks}</g>`;
}

/** At 390 px every second label goes; days are named where they begin. */
export function timeAxis(time: Scale, height: number): Html {
  const [start, end] = time.domain;
  const manyDays = end - start > 36 * 3600;
  const ticks = time.ticks.map((tick, index) => {
    const text = manyDays && tick % 86_400 === 0 ? day(tick) : clockTime(tick);
    return html`<line class="tick" x1="${across(time, tick)}" x2="${across(time, tick)}" y1="${height}" y2="${height + 4}"/><text class="tick${index % 2 === 1 && " spare"}" x="${across(time, tick)}" y="${height + 17}" text-anchor="middle">${text}</text>`;
  });
  return html`<g><line class="axis" x1="0" x2="100%" y1="${height}" y2="${height}"/>${ticks}</g>`;
}

function stretched(height: number, content: Html): Html {
  return html`<svg width="100%" height="${height}" viewBox="0 0 ${UNITS} ${height}" preserveAspectRatio="none">${content}</svg>`;
}

function at(time: Scale, seconds: number, y: number): string {
  return `${rounded(time.place(seconds) * UNITS)} ${y}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
