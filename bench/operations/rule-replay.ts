import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { InputSeries } from "./series-log.ts";

export interface FiredAlert {
  readonly alertname: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Minute of the replay at which it began to fire, and how many minutes it fired. */
  readonly firstMinute: number;
  readonly minutes: number;
}

const RULES = resolve("charts/vision-exporter/rules");
export const RULE_FILES: readonly string[] = ["recording.yaml", "alerts.yaml"].map((name) => join(RULES, name));
const TEXT = RULE_FILES.map((path) => readFileSync(path, "utf8")).join("\n");
const READ = new Set(TEXT.match(/\bvision_\w+/g));

/** The metrics that any shipped rule reads. */
export const readByRules = (metric: string): boolean => READ.has(metric);

/** "promtool 2.42.0" */
export function promtoolVersion(): string {
  const said = execFileSync("promtool", ["--version"], { encoding: "utf8" });
  return `promtool ${/version ([\d.]+)/.exec(said)?.[1]}`;
}

export interface ReplayOptions {
  readonly minutes: number;
  /** Of scrapes and of evaluations; the groups of the rule files ask for 1. */
  readonly stepMinutes: number;
}

/**
 * Evaluates the shipped rules at every step over the series and says which alerts fired. `promtool test rules` runs the server's own rule
 * code on its own clock. The alerts are read back from ALERTS, by a test that expects none and prints what it got.
 */
export async function replayRules(input: readonly InputSeries[], options: ReplayOptions): Promise<FiredAlert[]> {
  const { minutes, stepMinutes } = options;
  const firing = 'ALERTS{alertstate="firing"}';
  const [starts = [], lengths = []] = await askPromtool(input, options, [
    `min_over_time((timestamp(${firing}))[${minutes}m:${stepMinutes}m])`,
    `${stepMinutes} * count_over_time(${firing}[${minutes}m])`,
  ]);
  return starts.map(({ labels, value }) => {
    const { alertname = "", alertstate: _, __name__: _name, ...rest } = labels;
    const length = lengths.find((other) => sameLabels(other.labels, labels));
    return { alertname, labels: rest, firstMinute: value / 60, minutes: length?.value ?? 0 };
  });
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The results of the expressions at the last minute, after every rule was evaluated at each step. */
export async function askPromtool(
  input: readonly InputSeries[],
  { minutes, stepMinutes }: ReplayOptions,
  expressions: readonly string[],
): Promise<Sample[][]> {
  const directory = mkdtempSync(join(tmpdir(), "vision-replay-"));
  try {
    const path = join(directory, "replay.yaml");
    const test = {
      interval: `${stepMinutes}m`,
      input_series: input,
      // An expectation that is never met makes promtool print what it got.
      promql_expr_test: expressions.map((expr) => ({
        expr,
        eval_time: `${minutes}m`,
        exp_samples: [{ labels: 'never{met="1"}', value: 0 }],
      })),
    };
    // JSON is YAML, and quick to write.
    const files = RULE_FILES.map((file, index) => {
      const copy = join(directory, `rules-${index}.yaml`);
      writeFileSync(copy, readFileSync(file, "utf8").replaceAll("interval: 1m", `interval: ${stepMinutes}m`));
      return copy;
    });
    writeFileSync(path, JSON.stringify({ rule_files: files, evaluation_interval: `${stepMinutes}m`, tests: [test] }));
    return readResults(await run("promtool", ["test", "rules", path]), expressions);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", failed);
    child.on("close", () => done(said));
  });
}

function readResults(said: string, expressions: readonly string[]): Sample[][] {
  const results = [...said.matchAll(/\n\s*got:(.*)(?=\n|$)/g)].map(([, line = ""]) => samplesOf(line));
  if (results.length !== expressions.length) throw new Error(`promtool said:\n${said.slice(0, 4_000)}`);
  return results;
}

function samplesOf(line: string): Sample[] {
  return [...line.matchAll(/\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+?)(?:,|$|\s)/g)].map(
    ([, labels = "", value = ""]) => ({
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, text]) => [name, text]),
      ),
      value: Number(value),
    }),
  );
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const text = ({ __name__: _, ...labels }: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(labels).sort());
  return text(a) === text(b);
}
