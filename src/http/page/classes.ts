import type { ClassSummary, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { confusionTable } from "./confusion.ts";
import { noLabels } from "./empty-states.ts";
import { count, NOTHING, percent, percentRange } from "./format.ts";

/** Rows shown; a list of a thousand classes is shown by its largest movers. */
const SHOWN = 16;
const SHOWN_FOLDED = 200;

/** What the model says, and, once there are labels, how good it is at each class. */
export function classesSection(window: WindowAssessment): Html {
  return html`<section id="classes"><h2>Classes</h2><div class="pair"><div>${mix(window)}${confusionTable(window)}</div>${quality(window)}</div></section>`;
}

function mix({ classes, estimates }: WindowAssessment): Html {
  const head = html`<h3>Predicted mix <small>share of predictions, reference above live</small></h3>`;
  if (!classes.some(({ predictions }) => predictions > 0)) {
    return html`<div>${head}<p class="empty">No predictions in this window.</p></div>`;
  }
  const longest = Math.max(
    ...classes.map(({ referenceRatio, liveRatio }) => Math.max(finite(referenceRatio), finite(liveRatio))),
    0.01,
  );
  const estimated = classes.some(({ estimatedRatio }) => estimatedRatio !== undefined);
  const rows = mixOrder(classes).map((each) => mixRow(each, longest, estimated));
  const trueHead = html`<th scope="col"><abbr title="share among the true classes, estimated from the images without labels; below it the reference">True, est.</abbr></th>`;
  const table = (body: readonly Html[]): Html =>
    html`<table class="mix"><thead><tr><th scope="col">Class</th><td aria-hidden="true"></td><th scope="col">Ref.</th><th scope="col">Live</th>${estimated && trueHead}<th scope="col">n</th></tr></thead><tbody>${body}</tbody></table>`;
  return html`<div>${head}${table(rows.slice(0, SHOWN))}${folded(rows.slice(SHOWN), table)}${!estimated && withheld(estimates)}</div>`;
}

/** Why there is no estimate of the true classes although there is one of accuracy. */
function withheld([first]: WindowAssessment["estimates"]): Html | undefined {
  if (first === undefined) return undefined;
  const why = first.trusted
    ? "too few images, or no mix of the classes of the reference explains them"
    : "new content, which belongs to no mix of the classes of the reference";
  return html`<p class="empty">The shares of the true classes are not estimated: ${why}.</p>`;
}

function mixRow(
  { name, referenceRatio, liveRatio, predictions, estimatedRatio, referenceTrueRatio }: ClassSummary,
  longest: number,
  estimated: boolean,
): Html {
  const width = (ratio: number): string => `${((finite(ratio) / longest) * 100).toFixed(2)}%`;
  const known = referenceTrueRatio !== undefined && html`<small>ref. ${percent(referenceTrueRatio)}</small>`;
  const trueCell = html`<td>${estimatedRatio === undefined ? NOTHING : percent(estimatedRatio)}${known}</td>`;
  return html`<tr><th scope="row">${name}</th><td class="bars"><svg height="16" aria-hidden="true"><rect class="reference" y="1" width="${width(referenceRatio)}" height="6"/><rect class="live" y="8" width="${width(liveRatio)}" height="7"/></svg></td><td>${percent(referenceRatio)}</td><td><b>${percent(liveRatio)}</b></td>${estimated && trueCell}<td>${count(predictions)}</td></tr>`;
}

function quality(window: WindowAssessment): Html {
  const head = html`<h3>Quality by class <small>from labels, with 90&#8239;% interval</small></h3>`;
  const rows = window.classes
    .filter(({ precision, recall }) => precision !== undefined || recall !== undefined)
    .map(qualityRow);
  if (rows.length === 0) return html`<div>${head}${noLabels()}</div>`;
  const table = (body: readonly Html[]): Html =>
    html`<table class="quality"><thead><tr><th scope="col">Class</th><th scope="col">Precision</th><th scope="col">Recall</th><th scope="col">F1</th><th scope="col"><abbr title="labels of this class">n</abbr></th></tr></thead><tbody>${body}</tbody></table>`;
  return html`<div>${head}${table(rows.slice(0, SHOWN))}${folded(rows.slice(SHOWN), table)}</div>`;
}

function qualityRow({ name, precision, recall, referenceRecall, f1Ratio }: ClassSummary): Html {
  const cell = (score: ClassSummary["recall"], reference?: ClassSummary["recall"]): Html =>
    score
      ? html`<td>${percent(score.value)}<small>${percentRange(score.lower, score.upper)}</small>${reference && html`<small>ref. ${percent(reference.value)}</small>`}</td>`
      : html`<td>${NOTHING}</td>`;
  return html`<tr><th scope="row">${name}</th>${cell(precision)}${cell(recall, referenceRecall)}<td>${f1Ratio === undefined ? NOTHING : percent(f1Ratio)}</td><td>${recall ? count(recall.sampleCount) : NOTHING}</td></tr>`;
}

function folded(rows: readonly Html[], table: (body: readonly Html[]) => Html): Html | undefined {
  if (rows.length === 0) return undefined;
  const left = rows.length - SHOWN_FOLDED;
  return html`<details><summary>${rows.length} more classes</summary>${table(rows.slice(0, SHOWN_FOLDED))}${left > 0 && html`<p>${left} more: GET /v1/assessment has them all.</p>`}</details>`;
}

/** A short list keeps the model's own order, which its reader knows; a long one begins with what moved. */
function mixOrder(classes: readonly ClassSummary[]): readonly ClassSummary[] {
  if (classes.length <= SHOWN) return classes;
  const moved = (each: ClassSummary): number => Math.abs(finite(each.liveRatio) - finite(each.referenceRatio));
  return [...classes].sort((a, b) => moved(b) - moved(a));
}

function finite(ratio: number): number {
  return Number.isFinite(ratio) ? Math.max(0, ratio) : 0;
}
