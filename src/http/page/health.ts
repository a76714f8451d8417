import type { HealthItem, HealthState, PipelineHealth } from "../application.ts";
import { type Html, html } from "../html.ts";
import { verdictMark } from "./verdict.ts";

const WORDS: Readonly<Record<HealthState, Html | undefined>> = {
  ok: undefined,
  neutral: undefined,
  warning: html`${verdictMark("drifting")}<span class="unseen">warning: </span>`,
  critical: html`${verdictMark("accuracy_below_floor")}<span class="unseen">critical: </span>`,
};

/** Whether the monitor itself can be believed: labels, drops, sampling, state. */
export function healthSection(health: PipelineHealth): Html {
  const names = [...new Set(health.map(groupOf))];
  const lists = names.map((name) => {
    const items = health.filter((item) => groupOf(item) === name);
    return html`<div><h3>${name}</h3><dl>${items.map(line)}</dl></div>`;
  });
  return html`<section id="health"><h2>Labels and pipeline</h2>${health.length === 0 && html`<p class="empty">Nothing has been counted yet.</p>`}<div class="health">${lists}</div></section>`;
}

function groupOf({ group }: HealthItem): string {
  return group ?? "Pipeline";
}

function line({ label, value, state }: HealthItem): Html {
  return html`<div class="h-${state}"><dt>${label}</dt><dd>${WORDS[state]}${value}</dd></div>`;
}
