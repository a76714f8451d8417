import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

export const RULES: string = join(import.meta.dirname, "../../../charts/vision-exporter/rules");

/** Runs promtool. Throws with all that it printed when it finds a fault. */
export function promtool(...args: readonly string[]): void {
  try {
    execFileSync("promtool", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(" ")}\n${stdout}${stderr}` || message);
  }
}

export interface RuleCase {
  /** Series by selector, in promtool's notation, one sample a minute: "0+2x90" grows by 2. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  /** Value to 1e-6 by PromQL expression with one result; null: no series. */
  readonly expected: Readonly<Record<string, number | null>>;
}

/** Throws when one of the expressions is no PromQL. */
export function checkExpressions(expressions: readonly string[]): void {
  const rules = expressions.map((expr, index) => ({ record: `checked:${index}`, expr }));
  withFile({ groups: [{ name: "checked", rules }] }, (path) => promtool("check", "rules", path));
}

/** Evaluates the recording rules over the series and compares. */
export function checkRecording({ series, at, expected }: RuleCase): void {
  const test = {
    interval: "1m",
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    promql_expr_test: Object.entries(expected).map(([expr, value]) => ({
      expr: value === null ? expr : `abs(sum(${expr}) - ${value}) < bool 1e-6`,
      eval_time: at,
      exp_samples: value === null ? [] : [{ labels: "{}", value: 1 }],
    })),
  };
  const file = { rule_files: [join(RULES, "recording.yaml")], evaluation_interval: "1m", tests: [test] };
  withFile(file, (path) => promtool("test", "rules", path));
}

function withFile(content: unknown, use: (path: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "vision-rules-"));
  try {
    const path = join(directory, "rules.yaml");
    writeFileSync(path, stringify(content));
    use(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
