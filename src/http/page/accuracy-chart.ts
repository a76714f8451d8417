import type { Assessment, HistoryPoint } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { band, chart, down, type LineLabel, line, rule } from "./chart.ts";
import { NOTHING, percent } from "./format.ts";
import { linearScale, type Scale } from "./scale.ts";
import { lastPoint, type Segment, type SeriesPoint, segments } from "./series.ts";

const HEIGHT = 180;

interface Series {
  readonly name: string;
  readonly className: string;
  /** Drawn with its interval. */
  readonly banded: boolean;
  readonly parts: readonly Segment[];
}

/** Accuracy with its intervals, and the floor: from labels (corrected for which images got one where that can be done) and estimated. */
export function accuracyChart(points: readonly HistoryPoint[], time: Scale, assessment: Assessment): Html {
  const series = seriesOf(points);
  const heading = html`<h3>Accuracy <small>bands: 90&#8239;% interval</small></h3>`;
  if (series.length === 0) {
    return html`<figure>${heading}<p class="empty">No accuracy in this window yet: it needs labels, or a reference built with labels to estimate from.</p></figure>`;
  }
  const floor = assessment.accuracyFloorRatio;
  const value = accuracyScale(
    series.flatMap(({ parts }) => parts),
    floor,
  );
  const withheld = points.at(-1)?.estimatedRatio === undefined;
  const labels = series.map((each) => endLabel(each, value, withheld && each.className === "estimated"));
  const marks = [
    ...series.filter(({ banded }) => banded).map((each) => band(each.parts, time, value, HEIGHT, each.className)),
    floor !== undefined && rule(value, floor, HEIGHT, "floor"),
    ...series.map((each) => line(each.parts, time, value, HEIGHT, each.className)),
  ].filter((mark) => mark !== false);
  if (floor !== undefined)
    labels.push({ y: down(value, floor, HEIGHT), value: percent(floor, 0), name: "floor", className: "floor" });
  return html`<figure>${heading}${chart({
    id: "accuracy",
    title: "Accuracy over time",
    description: `At the end: ${labels.map((label) => `${label.value} ${label.name}`).join(", ")}.`,
    height: HEIGHT,
    time,
    value,
    formatValue: (tick) => percent(tick, 0),
    marks,
    labels,
  })}</figure>`;
}

/** Those that have a point, the last one on top. */
function seriesOf(points: readonly HistoryPoint[]): readonly Series[] {
  const correctedParts = segments(points, corrected);
  const labelled = segments(points, realised);
  const naive: Series =
    correctedParts.length > 0
      ? { name: "labelled alone", className: "naive", banded: false, parts: labelled }
      : { name: "realised", className: "realised", banded: true, parts: labelled };
  const all: Series[] = [
    { name: "estimated", className: "estimated", banded: true, parts: segments(points, estimated) },
    naive,
    { name: "realised", className: "realised", banded: true, parts: correctedParts },
  ];
  return all.filter(({ parts }) => parts.length > 0);
}

function corrected(point: HistoryPoint): SeriesPoint | undefined {
  return seriesPoint(point, point.correctedRatio, point.correctedLowerRatio, point.correctedUpperRatio);
}

function realised(point: HistoryPoint): SeriesPoint | undefined {
  return seriesPoint(point, point.realisedRatio, point.realisedLowerRatio, point.realisedUpperRatio);
}

function estimated(point: HistoryPoint): SeriesPoint | undefined {
  return seriesPoint(point, point.estimatedRatio, point.estimatedLowerRatio, point.estimatedUpperRatio);
}

function seriesPoint(
  { timeSeconds }: HistoryPoint,
  value: number | undefined,
  lower: number | undefined,
  upper: number | undefined,
): SeriesPoint | undefined {
  if (value === undefined) return undefined;
  return { timeSeconds, value, lower: lower ?? value, upper: upper ?? value };
}

/** Labels are late by nature, so the last realised value stands; an estimate that has ended was withheld and is no value now. */
function endLabel({ name, className, parts }: Series, value: Scale, withheld: boolean): LineLabel {
  const end = lastPoint(parts) as SeriesPoint;
  const shown = withheld ? { value: NOTHING, name: "estimate withheld" } : { value: percent(end.value), name };
  return { y: down(value, end.value, HEIGHT), className, ...shown };
}

/** From a round number below everything shown to 100 %. */
function accuracyScale(parts: readonly Segment[], floor: number | undefined): Scale {
  const low = parts
    .flat()
    .reduce((least, point) => Math.min(least, point.lower ?? point.value), Math.min(floor ?? 1, 0.9));
  return linearScale(Math.max(0, low), 1);
}
