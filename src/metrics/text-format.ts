import type { MetricValueWithName } from "prom-client";
import { CATALOG } from "./catalog.ts";
import { canonicalNumber } from "./preset-histogram.ts";
import type { Exemplar, Family } from "./sheet.ts";

export type TextFormat = "openmetrics" | "prometheus";

export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
};

const UNITS: ReadonlyMap<string, string> = new Map(
  CATALOG.flatMap(({ metrics }) => metrics.flatMap(({ name, unit }) => (unit ? [[name, unit] as const] : []))),
);
const TOTAL = "_total";

/**
 * Families as text. Our own writer and not prom-client's: that one renames a registry's counters for good when OpenMetrics is asked for once
 * (15.1.3), so the next text scrape has other names.
 */
export function renderFamilies(families: readonly Family[], format: TextFormat): string {
  const openMetrics = format === "openmetrics";
  const lines: string[] = [];
  for (const family of families) {
    if (family.values.length === 0) continue;
    // The enum of prom-client 15 is a number in the types and a word at run time.
    const type = family.type as unknown as string;
    const isTotal = type === "counter" && family.name.endsWith(TOTAL);
    const name = openMetrics && isTotal ? family.name.slice(0, -TOTAL.length) : family.name;
    const unit = UNITS.get(family.name);
    lines.push(`# HELP ${name} ${escapeHelp(family.help, openMetrics)}`);
    lines.push(`# TYPE ${name} ${openMetrics && type === "counter" && !isTotal ? "unknown" : type}`);
    if (openMetrics && unit && name.endsWith(`_${unit}`)) lines.push(`# UNIT ${name} ${unit}`);
    const exemplar = openMetrics && family.exemplar ? exemplarText(family.exemplar) : "";
    for (const value of family.values)
      lines.push(`${sampleLine(family.name, value as MetricValueWithName<string>)}${exemplar}`);
  }
  if (openMetrics) lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

function sampleLine(familyName: string, { metricName, labels, value }: MetricValueWithName<string>): string {
  let pairs = "";
  for (const [name, text] of Object.entries(labels)) {
    if (text === "") continue;
    // prom-client gives its own bucket edges as numbers.
    const written = typeof text === "number" ? canonicalNumber(text) : escapeLabel(text ?? "");
    pairs += `${pairs === "" ? "{" : ","}${name}="${written}"`;
  }
  return `${metricName ?? familyName}${pairs}${pairs === "" ? "" : "}"} ${numberText(value)}`;
}

function exemplarText({ labels, value, timeSeconds }: Exemplar): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escapeLabel(text)}"`);
  return ` # {${pairs.join(",")}} ${numberText(value)} ${timeSeconds.toFixed(3)}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text) ? text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : text;
}

function escapeHelp(text: string, openMetrics: boolean): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return openMetrics ? escaped.replaceAll('"', '\\"') : escaped;
}
