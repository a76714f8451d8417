import type { DriftSignal, StatisticSummary, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { across } from "./chart.ts";
import { percent, quantity, times, words } from "./format.ts";
import { rangeScale, type Scale } from "./scale.ts";
import { driftRatio, signalOf } from "./signal-order.ts";
import { verdictMark } from "./verdict.ts";

/** Share of reference images outside its own 0.5 % to 99.5 % range. */
const EXPECTED_OUTSIDE = 0.01;

/** One row a statistic, the most drifting first: where the reference lies, where the live images lie. */
export function statisticsSection({ statistics, signals, imageCount }: WindowAssessment): Html {
  const rows = statistics
    .map((statistic) => ({ statistic, signal: signalOf(signals, statistic.name) }))
    .sort((a, b) => weight(b.signal, b.statistic) - weight(a.signal, a.statistic));
  const head = html`<h2>Image statistics <small>box: middle half, line: 5 to 95&#8239;%, tick: median</small></h2>`;
  if (rows.length === 0 || imageCount === 0)
    return html`<section id="statistics">${head}<p class="empty">No images in this window.</p></section>`;
  return html`<section id="statistics">${head}
<p class="legend"><span><svg class="key box reference" viewBox="0 0 20 10" aria-hidden="true"><rect x="1" y="1" width="18" height="8"/></svg>reference</span><span><svg class="key box live" viewBox="0 0 20 10" aria-hidden="true"><rect x="1" y="1" width="18" height="8"/></svg>live</span></p>
<ul class="statistics">${rows.map(row)}</ul></section>`;
}

function row({ statistic, signal }: { statistic: StatisticSummary; signal: DriftSignal | undefined }): Html {
  const { name, unit, outsideRatio } = statistic;
  const drifting = signal?.drifting === true;
  const ratio = signal ? driftRatio(signal) : Number.NaN;
  return html`<li${drifting && html` class="drifting"`}><p class="name"><b>${words(name)}</b>${unit !== "" && html` <small>${unit}</small>`}</p>
${boxes(statistic)}
<p class="medians"><span>${quantity(median(statistic.reference))} → <b>${quantity(median(statistic.live))}</b></span><span class="outside">${percent(outsideRatio, outsideRatio < 0.1 ? 1 : 0)} outside</span></p>
<p class="state">${drifting && html`${verdictMark("drifting")}drifting `}${Number.isFinite(ratio) && html`<small>${times(ratio)} threshold</small>`}</p></li>`;
}

function boxes({ name, unit, reference, live }: StatisticSummary): Html {
  const all = [...reference, ...live].filter(Number.isFinite);
  if (all.length === 0) return html`<p class="boxes empty">no values</p>`;
  const scale = rangeScale(Math.min(...all), Math.max(...all));
  const spoken = `${words(name)}, 5 % to 95 %: reference ${ends(reference)}, live ${ends(live)} ${unit}`;
  return html`<svg class="boxes" height="42" role="img" aria-label="${spoken}">${box(scale, reference, 2, "reference")}${box(scale, live, 15, "live")}
<line class="axis" x1="0" x2="100%" y1="29" y2="29"/><text class="tick" x="0" y="40">${quantity(scale.domain[0])}</text><text class="tick" x="100%" y="40" text-anchor="end">${quantity(scale.domain[1])}</text></svg>`;
}

function box(scale: Scale, quantiles: readonly number[], y: number, className: string): Html | undefined {
  if (quantiles.length !== 5 || !quantiles.every(Number.isFinite)) return undefined;
  const [low, lower, middle, upper, high] = quantiles as [number, number, number, number, number];
  const width = `${Math.max(0.3, (scale.place(upper) - scale.place(lower)) * 100).toFixed(2)}%`;
  return html`<g class="box ${className}"><line class="whisker" x1="${across(scale, low)}" x2="${across(scale, high)}" y1="${y + 5}" y2="${y + 5}"/><rect x="${across(scale, lower)}" y="${y}" width="${width}" height="10"/><line class="median" x1="${across(scale, middle)}" x2="${across(scale, middle)}" y1="${y - 1}" y2="${y + 11}"/></g>`;
}

/** Without a signal the images outside the reference's range tell. */
function weight(signal: DriftSignal | undefined, { outsideRatio }: StatisticSummary): number {
  const ratio = signal ? driftRatio(signal) : Number.NaN;
  return (signal?.drifting ? 1e6 : 0) + (Number.isFinite(ratio) ? ratio : outsideRatio / EXPECTED_OUTSIDE / 1e3);
}

function median(quantiles: readonly number[]): number {
  return quantiles[2] ?? Number.NaN;
}

function ends(quantiles: readonly number[]): string {
  return `${quantity(quantiles[0] ?? Number.NaN)} to ${quantity(quantiles[4] ?? Number.NaN)}`;
}
