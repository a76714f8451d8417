import type { DriftSignal, Verdict } from "../core/assessment.ts";
export function decideVerdict(input: any): any {
  const d = input.signals.filter((s: DriftSignal) => s.drifting);
  return { verdict: (input.signals.length === 0 ? "not_enough_data" : d.length > 0 ? "drifting" : "ok") as Verdict, sentence: d.map((s: DriftSignal) => `${s.detector}:${s.subject} ${s.score.value.toFixed(3)}>${s.score.threshold?.toFixed(3)}`).join(", ") , estimates: (input as any).estimates };
}
