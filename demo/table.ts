import { withoutLabels } from "./expectations.ts";
import type { Column, JudgedResult } from "./scenario.ts";
import { interval, percent, seconds } from "./wording.ts";

export const PHASE: Column = { title: "phase", cell: ({ phase }) => phase.name };
export const TRUTH: Column = { title: "true", cell: ({ trueRatio }) => percent(trueRatio) };
export const REALISED: Column = {
  title: "realised",
  cell: ({ window: { realised } }) => (realised ? percent(realised.accuracy.value) : "no labels"),
};
export const LABELS_ALONE: Column = {
  title: "labels alone",
  cell: ({ window: { realised } }) => (realised ? interval(realised.accuracy) : "no labels"),
};
export const ESTIMATED: Column = {
  title: "estimated",
  cell({ window }) {
    const estimate = withoutLabels(window);
    if (!estimate) return "none";
    return estimate.trusted ? interval(estimate.accuracy) : "withheld: new content";
  },
};
export const CORRECTED: Column = {
  title: "from some labels",
  cell: ({ window: { realised } }) => (realised?.corrected ? interval(realised.corrected.accuracy) : "none"),
};
export const LABELLED: Column = {
  title: "labelled",
  cell: ({ window }) => `${window.labelCount} of ${window.predictionCount}`,
};
export const RESTS_ON_LABELS: Column = {
  title: "rests on labels",
  cell: ({ window: { realised } }) => (realised?.corrected ? percent(realised.corrected.labelledRatio) : "none"),
};
export const AWAITING: Column = {
  title: "awaiting a label",
  cell: ({ assessment }) => String(assessment.labels.awaiting),
};
export const VERDICT: Column = { title: "verdict", cell: ({ window }) => window.verdict };
export const CAUSE: Column = { title: "top cause", cell: ({ window }) => window.causes[0]?.sentence ?? "none" };
export const DRIFTING_IMAGES: Column = {
  title: "drifting images",
  cell: ({ window }) => `${window.driftingImages} of ${window.imageCount}`,
};
export const DRIFTING_LOOKS: Column = {
  title: "window drifting",
  cell: ({ seen }) => `${seen.driftingLooks} of ${seen.looks} looks`,
};
export const ONLINE_ALARMS: Column = { title: "online alarms", cell: ({ seen }) => String(seen.onlineAlarms) };
export const STEP: Column = {
  title: "taken",
  cell: ({ assessment }) => `1 frame of ${assessment.online?.stepImages ?? "?"}`,
};
export const FRAMES: Column = {
  title: "frames/s",
  cell: ({ window }) => (window.predictionCount / (window.endSeconds - window.startSeconds)).toFixed(1),
};
export const FIRST_ALARM: Column = {
  title: "first alarm after",
  cell: ({ seen }) => (seen.firstAlarmSeconds === undefined ? "none" : seconds(seen.firstAlarmSeconds)),
};
export function renderTable(columns: readonly Column[], results: readonly JudgedResult[]): string {
  const rows = [
    [...columns.map(({ title }) => title), ""],
    ...results.map((result) => [...columns.map(({ cell }) => cell(result)), outcome(result)]),
  ];
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  const [header, ...body] = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join(" | ")
      .trimEnd(),
  );
  return [header, widths.map((width) => "-".repeat(width)).join("-|-"), ...body].join("\n");
}

function outcome({ faults }: JudgedResult): string {
  return faults.length === 0 ? "as it must be" : `NOT: ${faults.join("; ")}`;
}
