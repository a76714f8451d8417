import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RULES } from "./promtool.ts";

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function rulesOf<Rule>(file: string): Rule[] {
  const { groups } = parse(readFileSync(join(RULES, file), "utf8")) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export const RECORDINGS: readonly RecordingRule[] = rulesOf<RecordingRule>("recording.yaml");
export const ALERTS: readonly AlertRule[] = rulesOf<AlertRule>("alerts.yaml");
