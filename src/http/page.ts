import type { Assessment, WindowAssessment } from "../core/assessment.ts";
import type { PipelineHealth } from "./application.ts";
import { type Html, html } from "./html.ts";
import { classesSection } from "./page/classes.ts";
import { noReference, noTraffic } from "./page/empty-states.ts";
import { count, date, plural } from "./page/format.ts";
import { gallerySection } from "./page/gallery.ts";
import { headline } from "./page/headline.ts";
import { healthSection } from "./page/health.ts";
import { historySection } from "./page/history.ts";
import { keyNumbers } from "./page/key-numbers.ts";
import { masthead } from "./page/masthead.ts";
import { signalsSection } from "./page/signals.ts";
import { statisticsSection } from "./page/statistics.ts";
import { APPEARANCE, relevantWindow } from "./page/verdict.ts";

export interface PageView {
  readonly assessment: Assessment;
  readonly health: PipelineHealth;
  /** Name of the window asked for; the most harmful one without it. */
  readonly window?: string | undefined;
  /** Undefined: the reader paused it. */
  readonly refreshSeconds: number | undefined;
  /** Changes with the style sheet, so that browsers may keep it for ever. */
  readonly styleVersion: string;
}

/**
 * The whole page. From top to bottom: what is the matter, why, since when, which images, what about them, and the numbers to
 * check it by. A reload by `meta refresh` keeps the place on the page and needs no script.
 */
export function renderPage(view: PageView): Html {
  const { assessment, refreshSeconds } = view;
  const window = relevantWindow(assessment.windows, view.window);
  const verdict = window?.verdict ?? "not_enough_data";
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${APPEARANCE[verdict].word} · ${assessment.model}</title>
<link rel="icon" type="image/svg+xml" href="/icons/${verdict}.svg">
<link rel="stylesheet" href="/style.css?v=${view.styleVersion}"></head>
<body>${masthead(assessment, window, refreshSeconds)}
<main>${sections(view, window)}</main>
${footer(assessment)}</body></html>
`;
}

function sections({ assessment, health }: PageView, window: WindowAssessment | undefined): Html {
  if (!assessment.reference.loaded) return html`${noReference()}${window && classesOf(window)}${healthSection(health)}`;
  if (
    window === undefined ||
    assessment.windows.every(({ predictionCount, imageCount }) => predictionCount + imageCount === 0)
  ) {
    return html`${noTraffic(count(assessment.reference.images))}${healthSection(health)}`;
  }
  return html`${headline(assessment, window)}${keyNumbers(assessment, window)}
${contents()}
${historySection(assessment, window)}${gallerySection(assessment, window)}${statisticsSection(window)}${classesSection(window)}${signalsSection(window)}${healthSection(health)}`;
}

/** Predictions are counted without a reference too. */
function classesOf(window: WindowAssessment): Html | undefined {
  return window.predictionCount > 0 ? classesSection(window) : undefined;
}

function contents(): Html {
  const parts = ["History", "Images", "Statistics", "Classes", "Signals", "Health"];
  return html`<nav class="contents" aria-label="On this page">${parts.map((part) => html`<a href="#${part.toLowerCase()}">${part}</a>`)}</nav>`;
}

function footer({ reference }: Assessment): Html {
  const text = reference.loaded
    ? html`Reference <code>${reference.id}</code>, ${plural(reference.images, "image")}, built ${date(reference.createdSeconds)}`
    : html`No reference loaded`;
  return html`<footer><p>${text}</p><p>vision-exporter</p></footer>`;
}
