import type { Assessment } from "../../core/assessment.ts";
import type { HealthItem, HealthState, PipelineHealth } from "../application.ts";
import { type Html, html } from "../html.ts";
import { count, duration } from "./format.ts";
import { verdictMark } from "./verdict.ts";

const WORDS: Readonly<Record<HealthState, Html | undefined>> = {
  ok: undefined,
  neutral: undefined,
  warning: html`${verdictMark("drifting")}<span class="unseen">warning: </span>`,
  critical: html`${verdictMark("accuracy_below_floor")}<span class="unseen">critical: </span>`,
};

/** Whether the monitor itself can be believed: labels, drops, sampling, state. */
export function healthSection({ labels, timeSeconds }: Assessment, health: PipelineHealth): Html {
  const last = labels.lastLabelSeconds;
  const own: PipelineHealth = [
    { group: "Labels", label: "predictions awaiting a label", value: count(labels.awaiting), state: "neutral" },
    {
      group: "Labels",
      label: "last label",
      value: last === undefined ? "never" : `${duration(timeSeconds - last)} ago`,
      state: "neutral",
    },
  ];
  const items = [...own, ...health];
  const names = [...new Set(items.map(({ group }) => group ?? "Pipeline"))];
  const groups = names.map((name) => {
    const members = items.filter(({ group }) => (group ?? "Pipeline") === name);
    return html`<div><h3>${name}</h3><dl>${members.map(line)}</dl></div>`;
  });
  return html`<section id="health"><h2>Labels and pipeline</h2><div class="health">${groups}</div></section>`;
}

function line({ label, value, state }: HealthItem): Html {
  return html`<div class="h-${state}"><dt>${label}</dt><dd>${WORDS[state]}${value}</dd></div>`;
}
