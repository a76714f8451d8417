import type { Assessment, Cause, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { duration, percent, plural, timeElement } from "./format.ts";
import { APPEARANCE, since, verdictMark } from "./verdict.ts";

const TOP_CAUSES = 3;

/** The answer: what is the matter, since when, on how much evidence, and why. */
export function headline(assessment: Assessment, window: WindowAssessment): Html {
  const { word } = APPEARANCE[window.verdict];
  return html`<section class="headline v-${window.verdict}" id="verdict">
<div class="answer">
<h1>${verdictMark(window.verdict, "large")}<span>${word}</span>${sinceWhen(assessment, window)}</h1>
<p class="sentence">${window.sentence}</p>
<p class="evidence">${evidence(assessment, window)}</p></div>
${window.causes.length > 0 && html`<div class="causes"><h2>Why</h2><ol>${window.causes.slice(0, TOP_CAUSES).map(cause)}</ol></div>`}</section>`;
}

function sinceWhen({ history, timeSeconds }: Assessment, window: WindowAssessment): Html | undefined {
  const start = since(history, window);
  if (start === undefined || window.verdict === "not_enough_data") return undefined;
  const least = start.known ? "" : "at least ";
  return html` <small>since ${least}${timeElement(start.seconds, timeSeconds)} UTC (${duration(timeSeconds - start.seconds)})</small>`;
}

function evidence({ timeSeconds }: Assessment, window: WindowAssessment): Html {
  const parts = [
    plural(window.imageCount, "image"),
    plural(window.predictionCount, "prediction"),
    plural(window.labelCount, "label"),
  ];
  const span = html`${timeElement(window.startSeconds, timeSeconds)} to ${timeElement(window.endSeconds, timeSeconds)} UTC`;
  return html`${parts.join(", ")} in the window ${window.window}, ${span}`;
}

function cause({ sentence, shareRatio }: Cause): Html {
  const known = Number.isFinite(shareRatio) && shareRatio > 0;
  const width = percent(Math.min(shareRatio, 1), 0).replace(/\s/g, "");
  return html`<li><p>${sentence}</p>${known && html`<p class="share"><svg class="meter" height="4" aria-hidden="true"><rect class="track" width="100%" height="4"/><rect width="${width}" height="4"/></svg>${percent(shareRatio, 0)} of the drift</p>`}</li>`;
}
