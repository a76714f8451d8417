import type { Assessment, DriftSignal, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { estimatedAccuracy, realisedAccuracy } from "./accuracy-numbers.ts";
import { count, percent, plural, quantity, times, words } from "./format.ts";
import { type KeyNumber, NONE } from "./key-number.ts";
import { driftRatio, mostDrifting, subjectName } from "./signal-order.ts";

/** Four numbers that the verdict rests on. */
export function keyNumbers(assessment: Assessment, window: WindowAssessment): Html {
  const numbers = [
    realisedAccuracy(assessment, window),
    estimatedAccuracy(assessment, window),
    drift(window),
    driftingImages(window),
  ];
  return html`<section class="key-numbers" aria-label="Key numbers"><dl>${numbers.map(
    ({ name, value, notes, state }) =>
      html`<div class="${state}"><dt>${name}</dt><dd class="value">${value}</dd>${notes.map((note) => html`<dd>${note}</dd>`)}</div>`,
  )}</dl></section>`;
}

function drift(window: WindowAssessment): KeyNumber {
  const name = "Drift";
  const top = mostDrifting(window.signals);
  if (top === undefined) return { name, value: NONE, notes: ["no detector has had enough images"], state: "withheld" };
  const { value, threshold } = top.score;
  const drifting = window.signals.filter((signal) => signal.drifting).length;
  return {
    name,
    value: html`${times(driftRatio(top))} <small>threshold</small>`,
    notes: [
      `${signalName(top)}: ${quantity(value)} of ${quantity(threshold ?? Number.NaN)}`,
      `${count(drifting)} of ${plural(window.signals.length, "signal")} drifting`,
    ],
    state: top.drifting ? "drifted" : "plain",
  };
}

function driftingImages({
  driftingImages: seen,
  expectedDriftingImages: expected,
  imageCount,
}: WindowAssessment): KeyNumber {
  const name = "Images judged drifting";
  if (imageCount === 0) return { name, value: NONE, notes: ["no images in this window"], state: "withheld" };
  /* Twice the usual spread of a count above what is expected: the same as its error bar, no test of its own. */
  const many = seen > expected + 2 * Math.sqrt(Math.max(expected, 1));
  return {
    name,
    value: html`${count(seen)} <small>of ${count(imageCount)}</small>`,
    notes: [`${quantity(expected)} expected without drift`, percent(seen / imageCount)],
    state: many ? "drifted" : "plain",
  };
}

function signalName({ detector, subject }: DriftSignal): string {
  return subject === "all" ? words(detector) : `${words(detector)}, ${subjectName(subject)}`;
}
