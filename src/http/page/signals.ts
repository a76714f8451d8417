import type { DriftSignal, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { count, NOTHING, probability, quantity, times, words } from "./format.ts";
import { byDrift, driftRatio, subjectName } from "./signal-order.ts";
import { verdictMark } from "./verdict.ts";

const SHOWN = 15;
const SHOWN_FOLDED = 300;

/** Every comparison that was made, the worst first: what an expert checks the verdict against. */
export function signalsSection({ signals }: WindowAssessment): Html {
  const drifting = signals.filter((signal) => signal.drifting).length;
  const head = html`<h2>Signals <small>${count(drifting)} of ${count(signals.length)} drifting; thresholds share one false-alarm budget</small></h2>`;
  if (signals.length === 0) {
    return html`<section id="signals">${head}<p class="empty">No detector has had enough images in this window.</p></section>`;
  }
  const rows = byDrift(signals).map(row);
  return html`<section id="signals">${head}${table(rows.slice(0, SHOWN))}
${rows.length > SHOWN && html`<details><summary>${rows.length - SHOWN} more</summary>${table(rows.slice(SHOWN, SHOWN + SHOWN_FOLDED))}</details>`}</section>`;
}

function table(rows: readonly Html[]): Html {
  return html`<table class="signals"><thead><tr><th scope="col">Detector</th><th scope="col">Subject</th><th scope="col">Value</th><th scope="col">Threshold</th><th scope="col">Ratio</th><th scope="col"><abbr title="Probability of a value this high without drift">p</abbr></th><th scope="col">n</th><th scope="col">State</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function row(signal: DriftSignal): Html {
  const { detector, subject, score, pValue, drifting } = signal;
  return html`<tr${drifting && html` class="drifting"`}><th scope="row">${words(detector)}</th><td>${subjectName(subject)}</td><td>${quantity(score.value)}</td><td>${score.threshold === undefined ? NOTHING : quantity(score.threshold)}</td><td>${times(driftRatio(signal))}</td><td>${probability(pValue)}</td><td>${count(score.sampleCount)}</td><td>${drifting ? html`${verdictMark("drifting")}<span class="word">drifting</span>` : html`<span class="calm">no drift</span>`}</td></tr>`;
}
