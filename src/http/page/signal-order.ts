import type { DriftSignal } from "../../core/assessment.ts";
import { words } from "./format.ts";

/** Value over threshold: 1 is the alarm. NaN without a threshold. */
export function driftRatio({ score }: DriftSignal): number {
  return score.threshold !== undefined && score.threshold > 0 ? score.value / score.threshold : Number.NaN;
}

/** Drifting ones first, then by how far they are from their threshold. */
export function byDrift(signals: readonly DriftSignal[]): readonly DriftSignal[] {
  const rank = (signal: DriftSignal): number => finite(driftRatio(signal)) + (signal.drifting ? 1e9 : 0);
  return [...signals].sort((a, b) => rank(b) - rank(a));
}

/** A signal over all images is the headline; one of a part only when none over all images drifts. */
export function mostDrifting(signals: readonly DriftSignal[]): DriftSignal | undefined {
  const whole = byDrift(signals.filter(({ subject }) => subject === "all"));
  const parts = byDrift(signals);
  return whole[0]?.drifting || !parts[0]?.drifting ? (whole[0] ?? parts[0]) : parts[0];
}

/** "all" → "all images", "class:green_area" → "class green_area" (a class keeps its spelling), "file_size" → "file size". */
export function subjectName(subject: string): string {
  if (subject === "all") return "all images";
  return subject.startsWith("class:") ? `class ${subject.slice("class:".length)}` : words(subject);
}

/** The strongest signal of a subject. */
export function signalOf(signals: readonly DriftSignal[], subject: string): DriftSignal | undefined {
  return byDrift(signals.filter((signal) => signal.subject === subject))[0];
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : -1e6;
}
