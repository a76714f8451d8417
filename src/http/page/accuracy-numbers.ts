import type { Assessment, CorrectedAccuracy, Realised, WindowAssessment } from "../../core/assessment.ts";
import { html } from "../html.ts";
import { percent, percentRange, plural, words } from "./format.ts";
import { type KeyNumber, NONE } from "./key-number.ts";

/**
 * Accuracy from labels: corrected for which images got one, where that can be done, and then how much of it rests on labels and what the
 * labelled ones alone would say.
 */
export function realisedAccuracy({ accuracyFloorRatio: floor }: Assessment, { realised }: WindowAssessment): KeyNumber {
  const name = "Realised accuracy";
  if (realised === undefined) {
    const notes = [html`send them to <code>POST /v1/labels</code>`];
    return { name, value: "no labels yet", notes, state: "withheld" };
  }
  const { corrected } = realised;
  if (corrected?.trusted) return { name, ...correctedNumber(realised, corrected, floor) };
  const { value, lower, upper, sampleCount } = realised.accuracy;
  const notes = [`${percentRange(lower, upper)}, ${plural(sampleCount, "label")}`, floorNote(value, upper, floor)];
  const state = isBelow(value, floor) ? "below" : "plain";
  if (!corrected) return { name, value: percent(value), notes, state };
  const limits = "new content: says nothing of the images without a label";
  return { name, value: html`${percent(value)} <small>of the labelled</small>`, notes: [...notes, limits], state };
}

function correctedNumber(
  { accuracy: labelled }: Realised,
  { accuracy, labelledRatio }: CorrectedAccuracy,
  floor: number | undefined,
): Omit<KeyNumber, "name"> {
  const { value, lower, upper } = accuracy;
  return {
    value: percent(value),
    notes: [
      `${percentRange(lower, upper)}, ${floorNote(value, upper, floor)}`,
      `${percent(labelledRatio, 0)} of it rests on ${plural(labelled.sampleCount, "label")}, the rest is estimated`,
      `the labelled alone: ${percent(labelled.value)} right (${percentRange(labelled.lower, labelled.upper)})`,
    ],
    state: isBelow(value, floor) ? "below" : "plain",
  };
}

/** Accuracy without labels, or the state that no number can be given. */
export function estimatedAccuracy(
  { accuracyFloorRatio: floor, reference }: Assessment,
  window: WindowAssessment,
): KeyNumber {
  const name = "Estimated accuracy";
  const [first, ...others] = window.estimates;
  if (first === undefined)
    return { name, value: NONE, notes: ["too few images, or a reference without labels"], state: "withheld" };
  if (!first.trusted) {
    const notes = ["new content: no estimator can judge it, label some of these images"];
    return { name, value: "not to be trusted", notes, state: "withheld" };
  }
  const { value, lower, upper, sampleCount } = first.accuracy;
  const second = others
    .filter((each) => each.trusted)
    .map((each) => `${words(each.estimator)} ${percent(each.accuracy.value)}`);
  const proven = reference.accuracyRatio !== undefined ? `reference ${percent(reference.accuracyRatio)}` : "";
  const notes = [
    `${percentRange(lower, upper)}, from ${plural(sampleCount, "image")}`,
    [...second, proven].filter((note) => note !== "").join(", "),
    ...againstTruth(window.realised),
  ];
  return { name, value: percent(value), notes, state: isBelow(value, floor) ? "below" : "plain" };
}

/** What confidence promised where the truth is known. */
function againstTruth(realised: Realised | undefined): string[] {
  if (!realised || !Number.isFinite(realised.estimatedOnLabelled.value)) return [];
  const promised = percent(realised.estimatedOnLabelled.value);
  return [`confidence promised ${promised} of the labelled, ${percent(realised.accuracy.value)} are right`];
}

function isBelow(value: number, floor: number | undefined): boolean {
  return floor !== undefined && value < floor;
}

function floorNote(value: number, upper: number | undefined, floor: number | undefined): string {
  if (floor === undefined) return "no floor configured";
  if (value >= floor) return `above the floor of ${percent(floor, 0)}`;
  return `${upper !== undefined && upper >= floor ? "below the floor" : "surely below the floor"} of ${percent(floor, 0)}`;
}
