import type { HistoryPoint } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { chart, down, type LineLabel, line, rule } from "./chart.ts";
import { times, words } from "./format.ts";
import { logScale, type Scale } from "./scale.ts";
import { lastPoint, type Segment, segments } from "./series.ts";

const HEIGHT = 180;
const LOWEST = 0.1;
const HIGHEST = 1000;
/** As many hues as the style sheet has. */
const HUES = 8;
const NAME_LENGTH = 20;

interface DetectorLine {
  readonly name: string;
  readonly parts: readonly Segment[];
  readonly hue: number;
  /** Value over threshold now; NaN when the line has ended. */
  readonly now: number;
}

/** Value over threshold of every detector, logarithmic, clipped at 0.1 where nothing is to be seen. */
export function driftChart(points: readonly HistoryPoint[], time: Scale): Html {
  const heading = html`<h3>Drift <small>times the threshold, most drifting subject of each detector</small></h3>`;
  const lines = detectorLines(points);
  if (lines.length === 0) {
    return html`<figure>${heading}<p class="empty">No detector has had enough images yet.</p></figure>`;
  }
  const highest = lines.flatMap(({ parts }) => parts.flat()).reduce((most, point) => Math.max(most, point.value), 3);
  const value = logScale(LOWEST, Math.min(highest, HIGHEST));
  const limit = down(value, 1, HEIGHT);
  const loud = (each: DetectorLine): string => `hue${each.hue}${each.now >= 1 ? "" : " quiet"}`;
  const marks = [
    html`<rect class="alarm" x="0" y="0" width="100%" height="${limit}"/>`,
    rule(value, 1, HEIGHT, "threshold"),
    ...lines.map((each) => line(each.parts, time, value, HEIGHT, loud(each))),
  ];
  const labels = lines.map((each) => label(each, value, loud(each)));
  return html`<figure>${heading}${chart({
    id: "drift",
    title: "Drift over time, as a multiple of each detector's threshold",
    description: `Now: ${lines.map((each) => `${words(each.name)} ${times(each.now)}`).join(", ")}. 1 is the alarm.`,
    height: HEIGHT,
    time,
    value,
    formatValue: (tick) => `${tick}×`,
    marks,
    labels,
  })}</figure>`;
}

function detectorLines(points: readonly HistoryPoint[]): readonly DetectorLine[] {
  const names = [...new Set(points.flatMap((point) => Object.keys(point.driftRatios)))].sort();
  return names
    .map((name, index) => ({
      name,
      hue: index % HUES,
      now: points.at(-1)?.driftRatios[name] ?? Number.NaN,
      parts: segments(points, ({ timeSeconds, driftRatios }) => {
        const value = driftRatios[name];
        return value === undefined ? undefined : { timeSeconds, value: Math.min(value, HIGHEST) };
      }),
    }))
    .filter(({ parts }) => parts.length > 0);
}

function label({ name, parts, now }: DetectorLine, value: Scale, className: string): LineLabel {
  const text = words(name);
  const short = text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH - 1)}…` : text;
  return { y: down(value, lastPoint(parts)?.value ?? 0, HEIGHT), value: times(now), name: short, className };
}
