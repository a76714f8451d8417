import { PERFORMANCE_METRICS } from "../catalog/performance.ts";
import { REFERENCE_METRICS } from "../catalog/reference.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writePerformance(sheet: Sheet, { assessment, counters, telemetry }: Scrape): void {
  sheet.setEach(PERFORMANCE_METRICS.labels, "result", telemetry.labels);
  sheet.histogram(PERFORMANCE_METRICS.labelDelay, {}, telemetry.labelDelay);
  sheet.set(PERFORMANCE_METRICS.lastLabel, {}, assessment.labels.lastLabelSeconds);
  sheet.set(PERFORMANCE_METRICS.awaitingLabel, {}, assessment.labels.awaiting);
  sheet.set(PERFORMANCE_METRICS.oldestAwaitingLabel, {}, assessment.labels.oldestAwaitingSeconds);
  sheet.set(PERFORMANCE_METRICS.labelDelayExpected, {}, assessment.labels.expectedDelaySeconds);
  sheet.set(PERFORMANCE_METRICS.labelled, {}, counters.labelled);
  sheet.set(PERFORMANCE_METRICS.labelledIncorrect, {}, counters.labelledIncorrect);
  sheet.set(PERFORMANCE_METRICS.corrections, { now: "correct" }, counters.correctedToCorrect);
  sheet.set(PERFORMANCE_METRICS.corrections, { now: "incorrect" }, counters.correctedToIncorrect);
  sheet.set(PERFORMANCE_METRICS.labelledWeightSquares, {}, counters.labelledWeightSquares);
  sheet.set(PERFORMANCE_METRICS.estimated, {}, counters.estimated);
  sheet.set(PERFORMANCE_METRICS.estimatedCorrect, {}, counters.estimatedCorrect);
  sheet.set(PERFORMANCE_METRICS.estimatedCorrectVariance, {}, counters.estimatedCorrectVariance);
  sheet.set(PERFORMANCE_METRICS.labelledEstimated, {}, counters.labelledEstimated);
  sheet.set(PERFORMANCE_METRICS.labelledEstimatedCorrect, {}, counters.labelledEstimatedCorrect);
}

export function writeClassPerformance(sheet: Sheet, { assessment, counters }: Scrape): void {
  sheet.setByClass(PERFORMANCE_METRICS.truePositives, counters.truePositives);
  sheet.setByClass(PERFORMANCE_METRICS.falsePositives, counters.falsePositives);
  sheet.setByClass(PERFORMANCE_METRICS.falseNegatives, counters.falseNegatives);
  sheet.setOwnClasses(REFERENCE_METRICS.classRecall, {}, counters.referenceRecalls);
  const longest = assessment.windows.at(-1);
  if (longest === undefined) return;
  const shares = new Map(longest.classes.map(({ name, estimatedRatio }) => [name, estimatedRatio]));
  sheet.setOwnClasses(PERFORMANCE_METRICS.windowClassShare, { window: longest.window }, shares);
}
