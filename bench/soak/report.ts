import { type Slope, slopeOf } from "./slope.ts";
import type { Holding } from "./subject.ts";

export interface SoakPlan {
  readonly minutes: number;
  readonly predictions: number;
  readonly images: number;
  /** Between two looks at what the analyser holds. */
  readonly lookSeconds: number;
}

export interface Look extends Holding {
  /** Sent so far. */
  readonly predictions: number;
}

const MEBIBYTE = 2 ** 20;
const MILLION = 1e6;
/** Of the looks; until then windows, histories and the store fill. */
const WARM_UP_RATIO = 1 / 3;
const MOST_GROWTH_MEBIBYTES = 1;
/** Which causes and estimates have series of their own changes with what is seen. */
const MOST_MORE_SERIES = 40;
/** With a wider interval the line says nothing. */
const WIDEST_MARGIN_MEBIBYTES = 10;

/** What is wrong, in sentences; empty when all is well. */
export function judge(
  looks: readonly Look[],
  plan: SoakPlan,
  sentPredictions: number,
  exitCode: number | null,
): readonly string[] {
  const warm = warmOf(looks);
  const growth = growthOf(warm, "residentBytes");
  const handles = moreThanBefore(warm, "handles");
  const series = moreThanBefore(warm, "series");
  return [
    ...(exitCode === 0 ? [] : [`The analyser ended with ${exitCode}.`]),
    ...(sentPredictions < plan.predictions ? [`It fell behind: ${sentPredictions} predictions were sent.`] : []),
    ...(growth.value - growth.margin > MOST_GROWTH_MEBIBYTES ? ["Memory grows."] : []),
    ...(growth.margin <= WIDEST_MARGIN_MEBIBYTES ? [] : ["Too few looks to tell whether memory grows."]),
    ...(handles > 0 ? [`${handles} more handles at the end.`] : []),
    ...(series > MOST_MORE_SERIES ? [`${series} more series at the end.`] : []),
  ];
}

export function toMarkdown(
  looks: readonly Look[],
  { minutes }: SoakPlan,
  sent: { readonly predictions: number; readonly images: number; readonly labels: number },
): string {
  const warm = warmOf(looks);
  const memory = (field: "residentBytes" | "anonymousBytes" | "heapBytes", name: string): string => {
    const { value, margin } = growthOf(warm, field);
    const ends = [looks[0], warm[0], warm.at(-1)].map((look) => ((look?.[field] ?? Number.NaN) / MEBIBYTE).toFixed(1));
    return `| ${name}, MiB | ${ends.join(" | ")} | ${value.toFixed(2)} ± ${margin.toFixed(2)} |`;
  };
  const count = (field: "handles" | "series"): string =>
    `| ${field} | ${[looks[0], warm[0], warm.at(-1)].map((look) => look?.[field]).join(" | ")} | – |`;
  return [
    `${sent.predictions.toLocaleString("en")} predictions, ${sent.images.toLocaleString("en")} of them with a picture, and ${sent.labels.toLocaleString("en")} labels in ${minutes} minutes. Windows, life spans and the store's bound are so short that all are full after a third of it; the line is fitted through the ${warm.length} looks after that, each after a forced collection of garbage.`,
    "",
    "| | first look | warm | end | growth a million predictions, with its 95 % interval (goal ≤ 1 for resident memory) |",
    "|---|---|---|---|---|",
    memory("residentBytes", "resident memory"),
    memory("anonymousBytes", "of it not pages of files"),
    memory("heapBytes", "JavaScript heap"),
    count("handles"),
    count("series"),
  ].join("\n");
}

function warmOf(looks: readonly Look[]): readonly Look[] {
  return looks.slice(Math.floor(WARM_UP_RATIO * looks.length));
}

/** In MiB a million predictions. */
function growthOf(looks: readonly Look[], field: "residentBytes" | "anonymousBytes" | "heapBytes"): Slope {
  return slopeOf(looks.map((look) => [look.predictions / MILLION, look[field] / MEBIBYTE]));
}

/** How many more there are in the last third of the looks than there ever were before. */
function moreThanBefore(looks: readonly Look[], field: "handles" | "series"): number {
  const split = Math.floor((2 / 3) * looks.length);
  const most = (part: readonly Look[]): number => Math.max(0, ...part.map((look) => look[field]));
  return Math.max(0, most(looks.slice(split)) - most(looks.slice(0, split)));
}
