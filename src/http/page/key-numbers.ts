import type { Assessment, DriftSignal, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { count, percent, percentRange, plural, quantity, times, words } from "./format.ts";
import { driftRatio, mostDrifting, subjectName } from "./signal-order.ts";

interface KeyNumber {
  readonly name: string;
  readonly value: Html | string;
  readonly notes: readonly (Html | string)[];
  /** Is said in the notes too; the colour only repeats it. */
  readonly state: "plain" | "drifted" | "below" | "withheld";
}

/** Four numbers that the verdict rests on. */
export function keyNumbers(assessment: Assessment, window: WindowAssessment): Html {
  const numbers = [realised(assessment, window), estimated(assessment, window), drift(window), driftingImages(window)];
  return html`<section class="key-numbers" aria-label="Key numbers"><dl>${numbers.map(
    ({ name, value, notes, state }) =>
      html`<div class="${state}"><dt>${name}</dt><dd class="value">${value}</dd>${notes.map((note) => html`<dd>${note}</dd>`)}</div>`,
  )}</dl></section>`;
}

function realised({ accuracyFloorRatio: floor }: Assessment, window: WindowAssessment): KeyNumber {
  const name = "Realised accuracy";
  if (window.realised === undefined) {
    return {
      name,
      value: "no labels yet",
      notes: [html`send them to <code>POST /v1/labels</code>`],
      state: "withheld",
    };
  }
  const { value, lower, upper, sampleCount } = window.realised.accuracy;
  const notes = [`${percentRange(lower, upper)}, ${plural(sampleCount, "label")}`, floorNote(value, upper, floor)];
  return { name, value: percent(value), notes, state: isBelow(value, floor) ? "below" : "plain" };
}

function estimated({ accuracyFloorRatio: floor, reference }: Assessment, window: WindowAssessment): KeyNumber {
  const name = "Estimated accuracy";
  const [first, ...others] = window.estimates;
  if (first === undefined)
    return { name, value: NONE, notes: ["too few images, or a reference without labels"], state: "withheld" };
  if (!first.trusted) {
    return {
      name,
      value: "not to be trusted",
      notes: ["new content: no estimator can judge it, label some of these images"],
      state: "withheld",
    };
  }
  const { value, lower, upper } = first.accuracy;
  const second = others
    .filter((each) => each.trusted)
    .map((each) => `${words(each.estimator)} ${percent(each.accuracy.value)}`);
  const proven = reference.accuracyRatio !== undefined ? `reference ${percent(reference.accuracyRatio)}` : "";
  const notes = [
    `${percentRange(lower, upper)}, from ${plural(first.accuracy.sampleCount, "image")}`,
    [...second, proven].filter((note) => note !== "").join(", "),
  ];
  return { name, value: percent(value), notes, state: isBelow(value, floor) ? "below" : "plain" };
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

const NONE = "none yet";

function isBelow(value: number, floor: number | undefined): boolean {
  return floor !== undefined && value < floor;
}

function floorNote(value: number, upper: number | undefined, floor: number | undefined): string {
  if (floor === undefined) return "no floor configured";
  if (value >= floor) return `above the floor of ${percent(floor, 0)}`;
  return `${upper !== undefined && upper >= floor ? "below the floor" : "surely below the floor"} of ${percent(floor, 0)}`;
}

function signalName({ detector, subject }: DriftSignal): string {
  return subject === "all" ? words(detector) : `${words(detector)}, ${subjectName(subject)}`;
}
