import type { Cause, Estimate, Verdict, WindowAssessment } from "../src/core/assessment.ts";
import type { Score } from "../src/core/score.ts";
import type { Expectation } from "./scenario.ts";
import { percent, seconds } from "./wording.ts";

/** A kill may cost what two seconds of traffic are of a scenario's. */
const LOST_RATIO = 0.05;

export const verdict =
  (...allowed: readonly Verdict[]): Expectation =>
  ({ window }) =>
    allowed.includes(window.verdict) ? undefined : `verdict ${window.verdict}, expected ${allowed.join(" or ")}`;

export const topCause =
  (...allowed: readonly Cause["kind"][]): Expectation =>
  ({ window: { causes } }) => {
    const kind = causes[0]?.kind;
    return kind && allowed.includes(kind) ? undefined : `top cause ${kind ?? "none"}, expected ${allowed.join(" or ")}`;
  };

/** The estimate without labels is near the truth. */
export const estimateFollows: Expectation = ({ trueRatio, window }) => {
  const estimate = withoutLabels(window);
  if (!estimate) return "no estimate";
  return estimate.trusted ? outside(trueRatio, estimate.accuracy, "the estimate") : "the estimate is withheld";
};

/** The estimate without labels falls by at least half of what the truth falls since the first phase. */
export const estimateFalls: Expectation = ({ trueRatio, window }, [first]) => {
  const estimate = withoutLabels(window);
  if (!estimate) return "no estimate";
  if (!estimate.trusted) return "the estimate is withheld";
  const fellTrue = (first?.trueRatio ?? 1) - trueRatio;
  const fell = (first && withoutLabels(first.window)?.accuracy.value) ?? 1;
  const fellEstimate = fell - estimate.accuracy.value;
  return fellEstimate >= fellTrue / 2
    ? undefined
    : `the estimate fell by ${percent(fellEstimate)}, the truth by ${percent(fellTrue)}`;
};

export const estimateWithheld: Expectation = ({ window }) =>
  withoutLabels(window)?.trusted === false ? undefined : "an estimate is shown for content nobody trained on";

/** The estimate that uses the labels there are is near the truth. */
export const correctedFollows: Expectation = ({ trueRatio, window }) => {
  const corrected = window.realised?.corrected;
  return corrected
    ? outside(trueRatio, corrected.accuracy, "the estimate from some labels")
    : "no estimate from labels";
};

/** The plain share of right answers among the labelled is far from the truth. */
export const labelsAloneMislead =
  (leastRatio: number): Expectation =>
  ({ trueRatio, window: { realised } }) => {
    if (!realised) return "no labels";
    const off = trueRatio - realised.accuracy.value;
    return off >= leastRatio ? undefined : `the labels alone are off by ${percent(off)} only`;
  };

/** No label came. */
export const noLabels: Expectation = ({ window }) =>
  window.labelCount === 0 ? undefined : `${window.labelCount} labels from nowhere`;

/** Every label that was sent is counted in the window of its prediction, and the accuracy from labels is that of the labelled. */
export const labelsJoined: Expectation = ({ window, labelledCount, trueRatioOfLabelled }) => {
  if (window.labelCount !== labelledCount) return `${window.labelCount} of ${labelledCount} labels joined`;
  const found = window.realised?.accuracy.value ?? Number.NaN;
  return Math.abs(found - trueRatioOfLabelled) < 0.001
    ? undefined
    : `accuracy from labels ${percent(found)}, the labelled were ${percent(trueRatioOfLabelled)} right`;
};

/** What was known before is still known, but for what came after the last snapshot. */
export const remembered: Expectation = ({ window, assessment }, earlier) => {
  const before = earlier.at(-1)?.assessment;
  const known = before?.windows.find(({ window: name }) => name === window.window)?.predictionCount ?? 0;
  if (window.predictionCount < known * (1 - LOST_RATIO))
    return `${window.predictionCount} of ${known} predictions survived`;
  const waiting = before?.labels.awaiting ?? 0;
  return assessment.labels.awaiting < waiting * (1 - LOST_RATIO)
    ? `${assessment.labels.awaiting} of ${waiting} predictions still wait for their label`
    : undefined;
};

/** Nobody who looked saw a window that differs from the reference. */
export const quietWindows: Expectation = ({ seen: { driftingLooks, looks } }) =>
  driftingLooks === 0 ? undefined : `a window was drifting at ${driftingLooks} of ${looks} looks`;

export const quietOnline: Expectation = ({ seen: { onlineAlarms } }) =>
  onlineAlarms === 0 ? undefined : `${onlineAlarms} online alarms`;

export const alarmWithin =
  (most: number): Expectation =>
  ({ seen: { firstAlarmSeconds } }) => {
    if (firstAlarmSeconds === undefined) return "no alarm";
    return firstAlarmSeconds <= most
      ? undefined
      : `alarm after ${seconds(firstAlarmSeconds)}, expected ${seconds(most)}`;
  };

/** The estimate that needs no labels. */
export function withoutLabels(window: WindowAssessment): Estimate | undefined {
  return window.estimates[0];
}

/** A true 90 % interval misses the truth once in ten times; one of twice its width, 3.3 instead of 1.6 standard deviations, once in a thousand. */
const WIDENED = 2;

function outside(trueRatio: number, { value, lower = 0, upper = 1 }: Score, whose: string): string | undefined {
  const isNear = trueRatio >= value - WIDENED * (value - lower) && trueRatio <= value + WIDENED * (upper - value);
  return isNear
    ? undefined
    : `true accuracy ${percent(trueRatio)} is outside an interval twice as wide as that of ${whose}`;
}
