import type { Assessment, WindowAssessment } from "../src/core/assessment.ts";
import type { Expectation, Phase } from "./phases.ts";
import type { Truth } from "./traffic.ts";

/** What a phase looked like to the client, and to the monitor at its end. */
export interface PhaseResult {
  readonly phase: Phase;
  readonly trueRatio: number;
  readonly window: WindowAssessment;
}

export interface JudgedResult extends PhaseResult {
  /** What did not come out as it must; empty when all did. */
  readonly faults: readonly string[];
}

export function toResult(phase: Phase, truths: readonly Truth[], assessment: Assessment): PhaseResult {
  const window = assessment.windows[0] as WindowAssessment;
  const seen = truths.filter(
    ({ timeSeconds }) => timeSeconds >= window.startSeconds && timeSeconds <= window.endSeconds,
  );
  return { phase, trueRatio: seen.filter(({ right }) => right).length / Math.max(1, seen.length), window };
}

/** Holds each phase against what it must show; the first phase is what a fall is measured from. */
export function judge(results: readonly PhaseResult[]): JudgedResult[] {
  return results.map((result) => ({ ...result, faults: faultsOf(result, results[0] as PhaseResult) }));
}

function faultsOf({ phase, trueRatio, window }: PhaseResult, normal: PhaseResult): string[] {
  const { expected } = phase;
  const faults: string[] = [];
  if (!expected.verdicts.includes(window.verdict))
    faults.push(`verdict ${window.verdict}, expected ${expected.verdicts.join(" or ")}`);
  const topKind = window.causes[0]?.kind;
  if (expected.causes.length > 0 && !expected.causes.includes(topKind ?? "")) {
    faults.push(`top cause ${topKind ?? "none"}, expected ${expected.causes.join(" or ")}`);
  }
  const estimateFault = faultOfEstimate(expected.estimate, trueRatio, window, normal);
  if (estimateFault) faults.push(estimateFault);
  return faults;
}

function faultOfEstimate(
  expected: Expectation["estimate"],
  trueRatio: number,
  window: WindowAssessment,
  normal: PhaseResult,
): string | undefined {
  const estimate = window.estimates[0];
  if (!estimate) return "no estimate";
  if (expected === "withheld")
    return estimate.trusted ? "an estimate is shown for content nobody trained on" : undefined;
  if (!estimate.trusted) return "the estimate is withheld";
  const { value, lower = 0, upper = 1 } = estimate.accuracy;
  if (expected === "follows") {
    return trueRatio >= lower && trueRatio <= upper
      ? undefined
      : `true accuracy ${percent(trueRatio)} is outside the interval`;
  }
  const fellTrue = normal.trueRatio - trueRatio;
  const fell = (normal.window.estimates[0]?.accuracy.value ?? 1) - value;
  return fell >= fellTrue / 2 ? undefined : `the estimate fell by ${percent(fell)}, the truth by ${percent(fellTrue)}`;
}

export function renderTable(results: readonly JudgedResult[]): string {
  const header = ["phase", "true", "realised", "estimated", "verdict", "top cause", "drifting images", ""];
  const rows = results.map((result) => [
    result.phase.name,
    percent(result.trueRatio),
    result.window.realised ? percent(result.window.realised.accuracy.value) : "no labels",
    estimateText(result.window),
    result.window.verdict,
    result.window.causes[0]?.sentence ?? "none",
    `${result.window.driftingImages} of ${result.window.imageCount}`,
    result.faults.length === 0 ? "as it must be" : `NOT: ${result.faults.join("; ")}`,
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join(" | ")
      .trimEnd();
  return [line(header), widths.map((width) => "-".repeat(width)).join("-|-"), ...rows.map(line)].join("\n");
}

function estimateText({ estimates }: WindowAssessment): string {
  const estimate = estimates[0];
  if (!estimate) return "none";
  if (!estimate.trusted) return "withheld: new content";
  const { value, lower, upper } = estimate.accuracy;
  return `${percent(value)} (${percent(lower ?? Number.NaN)} to ${percent(upper ?? Number.NaN)})`;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
