import { type Slope, slopeOf } from "./slope.ts";
import type { Holding } from "./subject.ts";

export interface SoakPlan {
  readonly minutes: number;
  readonly predictions: number;
  readonly images: number;
  /** Between two looks at what the analyser holds. */
  readonly lookSeconds: number;
  /** Kept on purpose for each prediction, to see that the soak notices; 0 otherwise. */
  readonly leakBytes: number;
}

type MemoryField = "anonymousBytes" | "uncollectedBytes" | "fileBytes" | "heapBytes";

export interface Sent {
  readonly predictions: number;
  readonly images: number;
  readonly labels: number;
}

export interface Look extends Holding {
  /** Since the traffic began. */
  readonly seconds: number;
  /** Sent so far. */
  readonly predictions: number;
}

const MEBIBYTE = 2 ** 20;
const MILLION = 1e6;
/** Until then windows, the page's curves, the table of predictions and its file fill; a shorter run takes half of it. */
const WARM_UP_MINUTES = 8;
const MOST_GROWTH_MEBIBYTES = 1;
/** One in 200 is cut off on purpose, and the last ones may still wait. */
const ENOUGH_IMAGES_RATIO = 0.98;
/** Which causes and estimates have series of their own changes with what is seen. */
const MOST_MORE_SERIES = 40;
/** With a wider interval the line says nothing. */
const WIDEST_MARGIN_MEBIBYTES = 10;

/** What is wrong, in sentences; empty when all is well. */
export function judge(looks: readonly Look[], plan: SoakPlan, sent: Sent, exitCode: number | null): readonly string[] {
  const warm = warmOf(looks, plan);
  const growth = growthOf(warm, "anonymousBytes");
  const handles = moreThanBefore(warm, "handles");
  const series = moreThanBefore(warm, "series");
  return [
    ...(exitCode === 0 ? [] : [`The analyser ended with ${exitCode}.`]),
    ...(sent.predictions < plan.predictions ? [`It fell behind: ${sent.predictions} predictions were sent.`] : []),
    ...(enoughImages(looks, plan) ? [] : [`It fell behind: ${looks.at(-1)?.images} pictures were analysed.`]),
    ...(growth.value - growth.margin > MOST_GROWTH_MEBIBYTES ? ["Memory grows."] : []),
    ...(growth.margin <= WIDEST_MARGIN_MEBIBYTES ? [] : ["Too few looks to tell whether memory grows."]),
    ...(handles > 0 ? [`${handles} more handles at the end.`] : []),
    ...(series > MOST_MORE_SERIES ? [`${series} more series at the end.`] : []),
  ];
}

export function enoughImages(looks: readonly Look[], plan: SoakPlan): boolean {
  return (looks.at(-1)?.images ?? 0) >= ENOUGH_IMAGES_RATIO * plan.images;
}

export function toMarkdown(looks: readonly Look[], plan: SoakPlan, sent: Sent): string {
  const warm = warmOf(looks, plan);
  const memory = (field: MemoryField, name: string): string => {
    const { value, margin } = growthOf(warm, field);
    const ends = [looks[0], warm[0], warm.at(-1)].map((look) => ((look?.[field] ?? Number.NaN) / MEBIBYTE).toFixed(1));
    return `| ${name}, MiB | ${ends.join(" | ")} | ${value.toFixed(2)} ± ${margin.toFixed(2)} |`;
  };
  const count = (field: "handles" | "series"): string =>
    `| ${field} | ${[looks[0], warm[0], warm.at(-1)].map((look) => look?.[field]).join(" | ")} | – |`;
  const [predictions, images, labels] = [sent.predictions, sent.images, sent.labels].map((n) => n.toLocaleString("en"));
  const analysed = looks.at(-1)?.images.toLocaleString("en");
  const minutes = ((looks.at(-1)?.seconds ?? 0) / 60).toFixed(0);
  return [
    `${predictions} predictions, ${images} of them with a picture (${analysed} analysed), and ${labels} labels in ${minutes} minutes. The line is fitted through the ${warm.length} looks after the first ${warmUpMinutes(plan)} minutes.`,
    ...(plan.leakBytes > 0 ? [`${plan.leakBytes} bytes were kept on purpose for each prediction.`] : []),
    "",
    "| | first look | warm | end | growth a million predictions, with its 95 % interval |",
    "|---|---|---|---|---|",
    memory("anonymousBytes", "memory of its own (goal ≤ 1)"),
    memory("heapBytes", "of it JavaScript objects of the main thread"),
    memory("uncollectedBytes", "the same with garbage and half empty pages, as it was found"),
    memory("fileBytes", "pages of files, which the kernel takes back when it needs them"),
    count("handles"),
    count("series"),
  ].join("\n");
}

function warmUpMinutes({ minutes }: SoakPlan): number {
  return Math.min(WARM_UP_MINUTES, minutes / 2);
}

function warmOf(looks: readonly Look[], plan: SoakPlan): readonly Look[] {
  return looks.filter(({ seconds }) => seconds > 60 * warmUpMinutes(plan));
}

/** In MiB a million predictions. */
function growthOf(looks: readonly Look[], field: MemoryField): Slope {
  return slopeOf(looks.map((look) => [look.predictions / MILLION, look[field] / MEBIBYTE]));
}

/** How many more there are in the last third of the looks than there ever were before. */
function moreThanBefore(looks: readonly Look[], field: "handles" | "series"): number {
  const split = Math.floor((2 / 3) * looks.length);
  const most = (part: readonly Look[]): number => Math.max(0, ...part.map((look) => look[field]));
  return Math.max(0, most(looks.slice(split)) - most(looks.slice(0, split)));
}
