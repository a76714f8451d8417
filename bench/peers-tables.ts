/** The tables of `npm run bench:peers`, from the files that the runs wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readNumpy, rowOf } from "./npy.ts";
import {
  type DriftResult,
  type EstimateError,
  groupBy,
  type PlannedWindow,
  scoreAccuracy,
  scoreDrift,
  scoreOnline,
} from "./peers-scores.ts";

/** The sizes at which the peers were run. */
const SIZES = [20, 100, 500];
const SHIFT_AT = 100;
const OURS = /^(embedding_distance|reconstruction_error|class_mix|confidence|vision-exporter)/;

interface Line {
  readonly [column: string]: string | undefined;
}

/** Names may hold a comma ("KS, PCA-32"), so the columns are counted from the right. */
function readLines(path: string): Line[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const first = cells.slice(0, cells.length - names.length + 1).join(",");
    const all = [first, ...cells.slice(cells.length - names.length + 1)];
    return Object.fromEntries(names.map((name, index) => [name, all[index]]));
  });
}

function readAll(out: string, kind: string): Line[] {
  const files = readdirSync(out).filter((name) => new RegExp(`^${kind}-[a-z]+\\.csv$`).test(name));
  return files.flatMap((name) => readLines(join(out, name)));
}

export function driftTable(plan: string, out: string): string {
  const windows = new Map(SIZES.map((n) => [n, readWindows(plan, n)]));
  const planOf = (n: number) => (window: number) => windows.get(n)?.[window] as PlannedWindow;
  const results = readAll(out, "drift").map(
    (line): DriftResult => ({
      method: line["method"] ?? "",
      n: Number(line["n"]),
      window: Number(line["window"]),
      // A method that gives no score for a window did not detect anything in it.
      score: Number.isNaN(Number(line["score"])) ? Number.NEGATIVE_INFINITY : Number(line["score"]),
      alarm: line["alarm"] === "1",
    }),
  );
  const costs = new Map(readAll(out, "cost").map((line) => [`${line["method"]} ${line["n"]}`, line["milliseconds"]]));
  const rows = [...groupBy(results, ({ method }) => method)].map(([method, own]) => {
    const scores = SIZES.map((n) => {
      const ofSize = own.filter((result) => result.n === n);
      return ofSize.length > 0 ? scoreDrift(ofSize, planOf(n)) : undefined;
    });
    const share = (value: number | undefined): string =>
      value === undefined || Number.isNaN(value) ? "–" : value.toFixed(2).replace(/^0/, "");
    const cells = [
      scores.map((score) => share(score?.power)).join(" / "),
      scores.map((score) => share(score?.falseAlarms)).join(" / "),
      scores.map((score) => score?.cleanWindows ?? "–").join(" / "),
      SIZES.map((n) => milliseconds(costs.get(`${method} ${n}`))).join(" / "),
    ];
    return { method, order: scores[1]?.power ?? 0, text: `| ${bold(method)} | ${cells.join(" | ")} |` };
  });
  rows.sort((a, b) => b.order - a.order);
  return [
    "Windows of 20 / 100 / 500 images. Power: at an exact 5 % of the method's own scores of clean windows. False alarms: at its own threshold, 5 % asked.",
    "",
    "| method | power | false alarms | clean windows | CPU ms a window |",
    "|---|---|---|---|---|",
    ...rows.map(({ text }) => text),
  ].join("\n");
}

function milliseconds(value: string | undefined): string {
  return value === undefined ? "–" : String(Number(Number(value).toPrecision(2)));
}

function bold(method: string): string {
  return OURS.test(method) ? `**${method}**` : method;
}

function readWindows(plan: string, n: number): PlannedWindow[] {
  return readLines(join(plan, `win_${n}.csv`)).map((line) => ({
    reference: Number(line["ref"]),
    shift: line["shift"] ?? "",
  }));
}

export function onlineTable(plan: string, out: string): string {
  const lines = readAll(out, "online");
  const lengthOf = (stream: string): number => readNumpy(join(plan, `stream_${stream}.npy`)).shape[1] as number;
  const costs = new Map(readAll(out, "online-cost").map((line) => [line["method"], line["microseconds"]]));
  const rows = [...groupBy(lines, (line) => line["method"] ?? "")].map(([method, own]) => {
    const byStream = groupBy(own, (line) => line["stream"] ?? "");
    const first = new Map(
      [...byStream].map(([stream, all]) => [stream, all.map((line) => Number(line["first_alarm"]))]),
    );
    const { imagesPerFalseAlarm, delay } = scoreOnline(first, lengthOf, SHIFT_AT);
    const cells = [delay.toFixed(1), imagesPerFalseAlarm.toFixed(0), milliseconds(costs.get(method))];
    return { delay, text: `| ${bold(method)} | ${cells.join(" | ")} |` };
  });
  rows.sort((a, b) => a.delay - b.delay);
  return [
    "Online alarms, one false alarm in 500 images asked of those that can be asked:",
    "",
    "| method | mean of the median delays, images | images per false alarm | CPU µs an image |",
    "|---|---|---|---|",
    ...rows.map(({ text }) => text),
  ].join("\n");
}

interface AccuracyWindow {
  readonly group: string;
  readonly set: string;
  readonly rows: readonly number[];
}

export function accuracyTable(plan: string, out: string): string {
  const windows = JSON.parse(readFileSync(join(plan, "accuracy.json"), "utf8")) as AccuracyWindow[];
  const probabilities = readNumpy(join(plan, "proba.npy"));
  const classes = readNumpy(join(plan, "y.npy"));
  const right = (row: number): number => {
    const shares = [...rowOf(probabilities, row)];
    return shares.indexOf(Math.max(...shares)) === classes.data[row] ? 1 : 0;
  };
  const truths = windows.map(({ rows }) => rows.reduce((sum, row) => sum + right(row), 0) / rows.length);
  const files = ["accuracy-ours.csv", "accuracy-nannyml.csv"].filter((name) => existsSync(join(out, name)));
  const lines = files.flatMap((name) => readLines(join(out, name)));
  const rows = [...groupBy(lines, (line) => `${line["method"]}|${sizeOf(windows, line)}`)].map(([key, own]) => {
    const errors = own.map((line): EstimateError => {
      const window = Number(line["window"]);
      const { group, set } = windows[window] as AccuracyWindow;
      const truth = truths[window] as number;
      const bounded = line["lower"] !== "" && line["lower"] !== undefined;
      const covered = Number(line["lower"]) <= truth && truth <= Number(line["upper"]);
      return { group, set, error: Math.abs(Number(line["estimate"]) - truth), covered: bounded ? covered : undefined };
    });
    const { byGroup, worstCorruption, coverage } = scoreAccuracy(errors);
    const groups = ["clean", "corruption", "class shares", "unknown"].map((group) => byGroup.get(group) ?? Number.NaN);
    const cells = [...groups, worstCorruption].map((points) => points.toFixed(1));
    return `| ${key.split("|").join(" | ")} | ${cells.join(" | ")} | ${Number.isNaN(coverage) ? "–" : `${coverage.toFixed(0)} %`} |`;
  });
  return [
    "Estimated accuracy, mean absolute error in points; methods after @ may see the labels of that rule:",
    "",
    "| method | n | clean | corruption | class shares | unknown class | worst corruption | coverage of the 90 % interval |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function sizeOf(windows: readonly AccuracyWindow[], line: Line): number {
  return windows[Number(line["window"])]?.rows.length ?? 0;
}
