import type { Assessment, HistoryPoint, Verdict } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { across, timeAxis } from "./chart.ts";
import { clockTime } from "./format.ts";
import type { Scale } from "./scale.ts";
import { APPEARANCE, verdictMark } from "./verdict.ts";

const ROW = 22;
const TALLEST = 16;
/** What the margin left of the plot has room for. */
const NAME_LENGTH = 5;

interface Run {
  readonly verdict: Verdict;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** One row a window: the taller and the stronger the bar, the worse the verdict. */
export function verdictStrip(assessment: Assessment, time: Scale): Html {
  const names = assessment.windows.map(({ window }) => window);
  const rows = names.map((name) => runs(assessment.history.filter((point) => point.window === name)));
  const seen = Object.keys(APPEARANCE).filter((verdict) =>
    rows.flat().some((run) => run.verdict === verdict),
  ) as Verdict[];
  const height = names.length * ROW + 4;
  return html`<figure class="strip"><h3>Verdict <small>taller is worse</small></h3>
<svg class="chart" role="img" aria-labelledby="strip-title strip-desc" height="${height + 22}">
<title id="strip-title">Verdict of every window over time</title><desc id="strip-desc">${names.map((name, index) => described(name, rows[index] ?? []))}</desc>
${names.map((name, index) => row(name, rows[index] ?? [], time, (index + 1) * ROW))}${timeAxis(time, height)}</svg>
<p class="legend">${seen.map((verdict) => html`<span>${verdictMark(verdict)}${APPEARANCE[verdict].word}</span>`)}</p></figure>`;
}

function row(name: string, parts: readonly Run[], time: Scale, bottom: number): Html {
  const bars = parts.map(({ verdict, fromSeconds, toSeconds }) => {
    const height = Math.max(2, APPEARANCE[verdict].level * TALLEST);
    const width = (time.place(toSeconds) - time.place(fromSeconds)) * 100;
    return html`<rect class="run v-${verdict}" x="${across(time, fromSeconds)}" y="${bottom - height - 1}" width="${width.toFixed(2)}%" height="${height}"><title>${name}: ${APPEARANCE[verdict].word}, ${clockTime(fromSeconds)} to ${clockTime(toSeconds)}</title></rect>`;
  });
  const short = name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
  return html`<text class="tick" x="-6" y="${bottom - 4}" text-anchor="end">${short}</text>${bars}`;
}

function described(name: string, parts: readonly Run[]): string {
  const last = parts.at(-1);
  return last ? `${name}: ${APPEARANCE[last.verdict].word} since ${clockTime(last.fromSeconds)}. ` : "";
}

/** Neighbours of one verdict joined; a run lasts until the next begins. */
function runs(points: readonly HistoryPoint[]): readonly Run[] {
  const starts = points.filter((point, index) => point.verdict !== points[index - 1]?.verdict);
  const end = points.at(-1)?.timeSeconds ?? 0;
  return starts.map(({ verdict, timeSeconds }, index) => ({
    verdict,
    fromSeconds: timeSeconds,
    toSeconds: starts[index + 1]?.timeSeconds ?? end,
  }));
}
