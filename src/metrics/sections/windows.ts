import { type DriftSignal, VERDICTS, type WindowAssessment } from "../../core/assessment.ts";
import { DRIFT_SCORE_METRICS } from "../catalog/drift-score.ts";
import { PERFORMANCE_METRICS } from "../catalog/performance.ts";
import { WINDOW_METRICS } from "../catalog/window.ts";
import { SCORE_METRICS } from "../catalog.ts";
import { labelValue } from "../label-value.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

const CLASS = "class:";

export function writeWindows(sheet: Sheet, { assessment }: Scrape): void {
  for (const assessed of assessment.windows) {
    const { window } = assessed;
    for (const verdict of VERDICTS)
      sheet.set(WINDOW_METRICS.verdict, { window, verdict }, Number(assessed.verdict === verdict));
    sheet.set(WINDOW_METRICS.predictions, { window }, assessed.predictionCount);
    sheet.set(WINDOW_METRICS.images, { window }, assessed.imageCount);
    sheet.set(WINDOW_METRICS.labels, { window }, assessed.labelCount);
    writeAccuracy(sheet, assessed);
    if (!assessment.reference.loaded) continue;
    sheet.set(WINDOW_METRICS.driftingImages, { window }, assessed.driftingImages);
    sheet.set(WINDOW_METRICS.expectedDriftingImages, { window }, assessed.expectedDriftingImages);
  }
}

export function writeOnline(sheet: Sheet, { assessment: { online, reference }, embedderUp }: Scrape): void {
  if (!online || !reference.loaded) return;
  // What no image was looked at for is unknown, not 0.
  if (embedderUp) {
    sheet.set(DRIFT_SCORE_METRICS.onlineRatio, {}, online.value);
    sheet.set(DRIFT_SCORE_METRICS.onlineAlarming, {}, Number(online.alarming));
  }
  sheet.set(DRIFT_SCORE_METRICS.onlineAlarms, {}, online.alarms);
  sheet.set(DRIFT_SCORE_METRICS.onlineStep, {}, online.stepImages);
}

/** One state a detector, also of those whose scores are not exported one by one. */
export function writeDrifting(sheet: Sheet, { assessment }: Scrape): void {
  for (const { window, signals } of assessment.windows) {
    for (const detector of new Set(signals.map((signal) => signal.detector))) {
      const drifting = signals.some((signal) => signal.detector === detector && signal.drifting);
      sheet.set(WINDOW_METRICS.drifting, { window, detector }, Number(drifting));
    }
  }
}

/** Signals of whole windows first: when series run out, those of single classes and statistics go. */
export function writeDriftScores(sheet: Sheet, { assessment }: Scrape, statisticScores: readonly string[]): void {
  for (const whole of [true, false]) {
    for (const { window, signals } of assessment.windows) {
      const exported = signals.filter((signal) => isWhole(signal) === whole && isExported(signal, statisticScores));
      for (const signal of exported) writeSignal(sheet, window, signal);
    }
  }
}

function isWhole({ subject }: DriftSignal): boolean {
  return subject === "all";
}

function isExported(signal: DriftSignal, statisticScores: readonly string[]): boolean {
  const ofStatistic = !isWhole(signal) && !signal.subject.startsWith(CLASS);
  return !ofStatistic || statisticScores.includes(signal.detector);
}

function writeSignal(sheet: Sheet, window: string, signal: DriftSignal): void {
  const { detector, score } = signal;
  const subject = subjectLabel(sheet, signal.subject);
  if (subject === undefined) return;
  const metrics = SCORE_METRICS.get(detector);
  if (!metrics) return;
  sheet.set(metrics.score, { window, subject }, score.value);
  sheet.set(metrics.threshold, { window, subject }, score.threshold);
}

/** undefined for a class that has no series of its own: scores cannot be summed under "other". */
function subjectLabel(sheet: Sheet, subject: string): string | undefined {
  if (!subject.startsWith(CLASS)) return labelValue(subject);
  const name = sheet.classLabel(subject.slice(CLASS.length));
  return name === undefined ? undefined : `${CLASS}${name}`;
}

function writeAccuracy(sheet: Sheet, { window, realised, estimates }: WindowAssessment): void {
  sheet.set(PERFORMANCE_METRICS.windowLabelled, { window }, realised?.accuracy.value);
  sheet.set(PERFORMANCE_METRICS.windowLabelledLower, { window }, realised?.accuracy.lower);
  sheet.set(PERFORMANCE_METRICS.windowLabelledUpper, { window }, realised?.accuracy.upper);
  sheet.set(PERFORMANCE_METRICS.windowLabelledEstimate, { window }, realised?.estimatedOnLabelled.value);
  sheet.set(PERFORMANCE_METRICS.windowCorrectedLabelled, { window }, realised?.corrected?.labelledRatio);
  const corrected = realised?.corrected?.trusted ? realised.corrected.accuracy : undefined;
  sheet.set(PERFORMANCE_METRICS.windowCorrected, { window }, corrected?.value);
  sheet.set(PERFORMANCE_METRICS.windowCorrectedLower, { window }, corrected?.lower);
  sheet.set(PERFORMANCE_METRICS.windowCorrectedUpper, { window }, corrected?.upper);
  for (const { estimator, accuracy, trusted } of estimates) {
    const labels = { window, estimator };
    sheet.set(PERFORMANCE_METRICS.windowEstimateTrusted, labels, Number(trusted));
    if (!trusted) continue;
    sheet.set(PERFORMANCE_METRICS.windowEstimate, labels, accuracy.value);
    sheet.set(PERFORMANCE_METRICS.windowEstimateLower, labels, accuracy.lower);
    sheet.set(PERFORMANCE_METRICS.windowEstimateUpper, labels, accuracy.upper);
  }
}
