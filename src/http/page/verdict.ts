import { type HistoryPoint, VERDICTS, type Verdict, type WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";

/** How a verdict looks. The word and the shape say it without the colour; `level` is its height in the timeline, 0 to 1. */
interface Appearance {
  readonly word: string;
  readonly level: number;
  readonly shape: Html;
}

export const APPEARANCE: Readonly<Record<Verdict, Appearance>> = {
  accuracy_below_floor: {
    word: "Accuracy below floor",
    level: 1,
    shape: html`<path d="M6 1h8l5 5v8l-5 5H6l-5-5V6z"/><path class="cut" d="M10 5v6M10 13.5v1.5"/>`,
  },
  new_content: {
    word: "New content",
    level: 0.8,
    shape: html`<path d="M10 0l10 10-10 10L0 10z"/><path class="cut" d="M10 5.5v9M5.5 10h9"/>`,
  },
  drifting: {
    word: "Drifting",
    level: 0.6,
    shape: html`<path d="M10 1l10 18H0z"/><path class="cut" d="M10 7.5v5M10 14.8v1.4"/>`,
  },
  ok: {
    word: "OK",
    level: 0.25,
    shape: html`<circle cx="10" cy="10" r="9.5"/><path class="cut" d="M5.5 10.5l3 3 6-6.5"/>`,
  },
  not_enough_data: {
    word: "Not enough data",
    level: 0.1,
    shape: html`<circle class="hollow" cx="10" cy="10" r="8.5"/><path class="stroke" d="M6.5 10h7"/>`,
  },
};

/** The mark of a verdict. It is decoration: the word must stand beside it. */
export function verdictMark(verdict: Verdict, className = ""): Html {
  return html`<svg class="mark v-${verdict} ${className}" viewBox="0 0 20 20" aria-hidden="true">${APPEARANCE[verdict].shape}</svg>`;
}

/** The window asked for, or else the one with the most harmful verdict; of equals the shortest, which is the freshest. */
export function relevantWindow(
  windows: readonly WindowAssessment[],
  asked: string | undefined,
): WindowAssessment | undefined {
  const found = windows.find(({ window }) => window === asked);
  return found ?? VERDICTS.flatMap((verdict) => windows.filter((each) => each.verdict === verdict))[0];
}

/**
 * Since when the window's verdict has been what it is. `known` is false when it was so already at the first point of the
 * history: then it is "at least since".
 */
export function since(
  history: readonly HistoryPoint[],
  window: WindowAssessment,
): { readonly seconds: number; readonly known: boolean } | undefined {
  const points = history.filter((point) => point.window === window.window);
  const other = points.findLastIndex((point) => point.verdict !== window.verdict);
  const first = points[other + 1];
  return first && { seconds: first.timeSeconds, known: other >= 0 };
}
