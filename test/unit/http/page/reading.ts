import type { DriftSignal } from "../../../../src/core/assessment.ts";
import type { Html } from "../../../../src/http/html.ts";

/** What a reader sees of a section, without tags and tooltips, in single spaces. */
export function text(markup: Html): string {
  return String(markup)
    .replace(/<title[\s\S]*?<\/title>|<[^>]+>/g, " ")
    .replace(/[\s\u00a0]+/g, " ");
}

export function count(markup: Html, pattern: RegExp): number {
  return [...String(markup).matchAll(pattern)].length;
}

export function signal(subject: string, ratio: number): DriftSignal {
  return {
    detector: "kolmogorov_smirnov",
    subject,
    score: { value: ratio * 0.1, threshold: 0.1, sampleCount: 50 },
    pValue: 10 ** -ratio,
    drifting: ratio > 1,
  };
}
