import type { Assessment, HistoryPoint, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { accuracyChart } from "./accuracy-chart.ts";
import { driftChart } from "./drift-chart.ts";
import { duration } from "./format.ts";
import { type Scale, timeScale } from "./scale.ts";
import { thinned } from "./series.ts";
import { verdictStrip } from "./verdict-strip.ts";

/** A short window is looked at to see minutes, a long one to see days. */
const WINDOWS_SHOWN = 24;

/** What happened when: verdicts of every window, then accuracy and drift of the chosen one, all on the same time axis. */
export function historySection(assessment: Assessment, window: WindowAssessment): Html {
  const { history, ...rest } = assessment;
  const length = window.endSeconds - window.startSeconds;
  const earliest = length > 0 ? assessment.timeSeconds - WINDOWS_SHOWN * length : Number.NEGATIVE_INFINITY;
  const all = history.filter((point) => point.timeSeconds >= earliest);
  const points = thinned(all.filter((point) => point.window === window.window));
  if (points.length < 2) {
    return html`<section id="history"><h2>Over time</h2><p class="empty">The history of this window begins with its second assessment.</p></section>`;
  }
  const time = timeOf(all);
  const span = time.domain[1] - time.domain[0];
  return html`<section id="history"><h2>Over time <small>last ${duration(span)}, times in UTC</small></h2>
${verdictStrip({ ...rest, history: all }, time)}
<div class="pair">${accuracyChart(points, time, assessment)}${driftChart(points, time)}</div></section>`;
}

function timeOf(points: readonly HistoryPoint[]): Scale {
  const times = points.map((point) => point.timeSeconds);
  return timeScale(
    times.reduce((least, time) => Math.min(least, time)),
    times.reduce((most, time) => Math.max(most, time)),
  );
}
