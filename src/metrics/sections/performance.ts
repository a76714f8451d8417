import { PERFORMANCE_METRICS } from "../catalog/performance.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writePerformance(sheet: Sheet, { assessment, counters, telemetry }: Scrape): void {
  sheet.setEach(PERFORMANCE_METRICS.labels, "result", telemetry.labels);
  sheet.histogram(PERFORMANCE_METRICS.labelDelay, {}, telemetry.labelDelay);
  sheet.set(PERFORMANCE_METRICS.lastLabel, {}, assessment.labels.lastLabelSeconds);
  sheet.set(PERFORMANCE_METRICS.awaitingLabel, {}, assessment.labels.awaiting);
  sheet.set(PERFORMANCE_METRICS.labelled, {}, counters.labelled);
  sheet.set(PERFORMANCE_METRICS.labelledIncorrect, {}, counters.labelledIncorrect);
  sheet.set(PERFORMANCE_METRICS.estimated, {}, counters.estimated);
  sheet.set(PERFORMANCE_METRICS.estimatedCorrect, {}, counters.estimatedCorrect);
  sheet.set(PERFORMANCE_METRICS.estimatedCorrectVariance, {}, counters.estimatedCorrectVariance);
  sheet.set(PERFORMANCE_METRICS.labelledEstimatedCorrect, {}, counters.labelledEstimatedCorrect);
}

export function writeClassPerformance(sheet: Sheet, { counters }: Scrape): void {
  sheet.setByClass(PERFORMANCE_METRICS.truePositives, counters.truePositives);
  sheet.setByClass(PERFORMANCE_METRICS.falsePositives, counters.falsePositives);
  sheet.setByClass(PERFORMANCE_METRICS.falseNegatives, counters.falseNegatives);
}
