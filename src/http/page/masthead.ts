import type { Assessment, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { timeElement } from "./format.ts";
import { APPEARANCE, verdictMark } from "./verdict.ts";

/** Model, window switch and refresh. Each window carries its own verdict, so that the switch is a summary too. */
export function masthead(
  assessment: Assessment,
  chosen: WindowAssessment | undefined,
  refreshSeconds: number | undefined,
): Html {
  const { model, modelVersion, timeSeconds } = assessment;
  return html`<header class="masthead">
<p class="model"><b>${model}</b>${modelVersion !== "" && html` <span>version ${modelVersion}</span>`}</p>
${assessment.windows.length > 0 && windowSwitch(assessment.windows, chosen, refreshSeconds)}
<p class="clock">${timeElement(timeSeconds, timeSeconds)} UTC ${refreshLink(chosen, refreshSeconds)}</p></header>`;
}

function windowSwitch(
  windows: readonly WindowAssessment[],
  chosen: WindowAssessment | undefined,
  refreshSeconds: number | undefined,
): Html {
  const links = windows.map((each) => {
    const current = each.window === chosen?.window;
    const text = html`${verdictMark(each.verdict)}${each.window}<span class="unseen">: ${APPEARANCE[each.verdict].word}</span>`;
    return html`<a href="${address(each.window, refreshSeconds)}" title="${APPEARANCE[each.verdict].word}"${current && html` aria-current="page"`}>${text}</a>`;
  });
  return html`<nav class="windows" aria-label="Window"><span aria-hidden="true">Window</span>${links}</nav>`;
}

function refreshLink(chosen: WindowAssessment | undefined, refreshSeconds: number | undefined): Html {
  if (refreshSeconds === undefined) return html`<a href="${address(chosen?.window, 1)}">refresh is paused, resume</a>`;
  return html`<a href="${address(chosen?.window, undefined)}" title="Refreshes every ${refreshSeconds} s">pause refresh</a>`;
}

/** The pause stays on when the window is changed. */
function address(window: string | undefined, refreshSeconds: number | undefined): string {
  const query = new URLSearchParams();
  if (window !== undefined) query.set("window", window);
  if (refreshSeconds === undefined) query.set("refresh", "off");
  return `/?${query}`;
}
