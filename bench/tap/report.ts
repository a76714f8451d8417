import type { Comparison } from "./comparison.ts";
import { type Goal, isReached, median, medianAdded, medianRatio } from "./figures.ts";
import { ENVOY_HTTP, KSERVE_AGENT, TAP_5_PERCENT, TAP_EVERYTHING } from "./path.ts";

/** All that is told of one path; ratios are to Envoy's HTTP proxy. */
interface Row {
  readonly name: string;
  readonly added: number;
  readonly cpu: number;
  readonly p50Added: number;
  readonly p99Added: number;
  readonly rates: readonly number[];
  readonly resident: number;
  readonly analyserCpu: number;
  readonly analysedPerSecond: number;
}

export function toMarkdown(comparison: Comparison): string {
  const rows = toRows(comparison);
  const envoy = rowOf(rows, ENVOY_HTTP);
  return [
    describe(comparison),
    toTable(
      HEADER,
      rows.map((row) => cells(row, envoy)),
    ),
    toTable(
      ["goal (ratios, so below 1 is better unless it says so)", "limit", "measured", "reached"],
      goals(comparison, rows).map((goal) => [
        goal.what,
        `${goal.sense === "at most" ? "≤" : "≥"} ${goal.limit}`,
        goal.ratio.toFixed(2),
        isReached(goal) ? "yes" : "**no**",
      ]),
    ),
    describeSaturation(comparison),
  ].join("\n\n");
}

const HEADER = [
  "path",
  "added median, ms (ratio)",
  "CPU ms a request (ratio)",
  "added at 100 req/s, ms: median / p99 (ratio of p99)",
  "closed loop, req/s (ratio)",
  "RSS MiB",
  "its analyser: CPU ms a request, images/s at 100 req/s",
];

function describe({ paths, paired, bodyBytes, effort }: Comparison): string {
  const { openLoop, closedLoop } = effort;
  return [
    `POST of a JPEG of ${bodyBytes} bytes, ${paths.length - 1} paths beside the direct one, which takes ${paired.directMilliseconds.toFixed(3)} ms.`,
    `${effort.paired.rounds} paired rounds after ${effort.paired.warmUpRounds} to warm up;`,
    `${openLoop.perSecond} req/s for ${openLoop.repeats} × ${openLoop.seconds} s; ${closedLoop.connections} connections`,
    `for ${closedLoop.repeats} × ${closedLoop.seconds} s. Ratios are to Envoy's HTTP proxy.`,
  ].join(" ");
}

function describeSaturation({ saturation, effort }: Comparison): string {
  const { idleP99Milliseconds, fullP99Milliseconds, fewestWaiting, queueCapacity } = saturation;
  return [
    `Queue full: ${effort.saturation.perSecond} req/s, everything captured, p99 ${idleP99Milliseconds.toFixed(2)} ms with nothing to embed and`,
    `${fullP99Milliseconds.toFixed(2)} ms with ${fewestWaiting} to ${queueCapacity} images waiting (medians of ${effort.saturation.repeats} repeats by turns).`,
  ].join(" ");
}

function toRows(comparison: Comparison): Row[] {
  const { paths, paired, openLoop, closedLoop } = comparison;
  const direct = { p50: openLoop.p50Milliseconds[0] ?? [], p99: openLoop.p99Milliseconds[0] ?? [] };
  return paths.map(({ name }, index) => ({
    name,
    added: paired.addedMilliseconds[index] as number,
    cpu: paired.cpuMilliseconds[index] as number,
    p50Added: medianAdded(openLoop.p50Milliseconds[index] ?? [], direct.p50),
    p99Added: medianAdded(openLoop.p99Milliseconds[index] ?? [], direct.p99),
    rates: closedLoop[index] ?? [],
    resident: comparison.residentMebibytes[index] as number,
    analyserCpu: paired.analyserCpuMilliseconds[index] as number,
    analysedPerSecond: openLoop.analysedPerSecond[index] as number,
  }));
}

function rowOf(rows: readonly Row[], name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) throw new Error(`"${name}" was not measured`);
  return row;
}

function cells(row: Row, envoy: Row): string[] {
  const rate = `${median(row.rates).toFixed(0)} (${medianRatio(row.rates, envoy.rates).toFixed(2)})`;
  if (Number.isNaN(row.cpu)) return [row.name, "–", "–", "–", rate, "–", "–"];
  const analysed = Number.isNaN(row.analysedPerSecond) ? "" : `, ${row.analysedPerSecond.toFixed(1)}`;
  return [
    row.name,
    withRatio(row.added, envoy.added),
    withRatio(row.cpu, envoy.cpu),
    `${row.p50Added.toFixed(3)} / ${withRatio(row.p99Added, envoy.p99Added)}`,
    rate,
    row.resident.toFixed(0),
    Number.isNaN(row.analyserCpu) ? "–" : `${row.analyserCpu.toFixed(3)}${analysed}`,
  ];
}

function withRatio(value: number, peer: number): string {
  return `${value.toFixed(3)} (${(value / peer).toFixed(2)})`;
}

function goals({ saturation }: Comparison, rows: readonly Row[]): Goal[] {
  const envoy = rowOf(rows, ENVOY_HTTP);
  const sampled = rowOf(rows, TAP_5_PERCENT);
  const everything = rowOf(rows, TAP_EVERYTHING);
  const agent = rows.find(({ name }) => name === KSERVE_AGENT);
  const atMost = (what: string, ratio: number, limit: number): Goal => ({ what, ratio, limit, sense: "at most" });
  return [
    atMost("added median, 5 % analysed", sampled.added / envoy.added, 0.6),
    atMost("added median, everything captured", everything.added / envoy.added, 0.75),
    atMost("CPU a request, 5 % analysed", sampled.cpu / envoy.cpu, 0.8),
    atMost("added p99 at 100 req/s, 5 % analysed", sampled.p99Added / envoy.p99Added, 1.1),
    {
      what: "closed loop, 5 % analysed (above 1 is better)",
      ratio: medianRatio(sampled.rates, envoy.rates),
      limit: 1,
      sense: "at least",
    },
    atMost("p99 with the embedding queue full, to idle", saturation.ratio, 1.3),
    ...(agent
      ? [
          atMost("added median, everything captured, to the KServe agent", everything.added / agent.added, 0.5),
          atMost("CPU a request, everything captured, to the KServe agent", everything.cpu / agent.cpu, 0.4),
        ]
      : []),
  ];
}

function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
