import { describe, expect, it } from "vitest";
import type { Comparison } from "../../../../bench/tap/comparison.ts";
import { DIRECT, ENVOY_HTTP, KSERVE_AGENT, TAP_5_PERCENT, TAP_EVERYTHING } from "../../../../bench/tap/path.ts";
import { toMarkdown } from "../../../../bench/tap/report.ts";

const NAMES = [DIRECT, ENVOY_HTTP, TAP_5_PERCENT, TAP_EVERYTHING];
const perPath = (values: readonly number[]): number[][] => values.map((value) => [value, value, value]);

const COMPARISON: Comparison = {
  paths: NAMES.map((name, index) => ({ name, port: 1000 + index })),
  bodyBytes: 100_000,
  effort: {
    paired: { warmUpRounds: 10, rounds: 20 },
    openLoop: { repeats: 3, perSecond: 100, seconds: 1 },
    closedLoop: { repeats: 3, connections: 8, seconds: 1 },
    saturation: { repeats: 3, perSecond: 200, seconds: 1 },
  },
  paired: {
    addedMilliseconds: [0, 0.2, 0.1, 0.2],
    directMilliseconds: 0.1,
    cpuMilliseconds: [Number.NaN, 0.2, 0.15, 0.18],
    analyserCpuMilliseconds: [Number.NaN, Number.NaN, 0.5, 1.5],
  },
  openLoop: {
    p50Milliseconds: perPath([0.1, 0.4, 0.3, 0.3]),
    p99Milliseconds: perPath([1, 2, 2.5, 2]),
    analysedPerSecond: [Number.NaN, Number.NaN, 4.9, 4.5],
  },
  closedLoop: perPath([9000, 3000, 3300, 2900]),
  residentMebibytes: [Number.NaN, 65, 80, 90],
  saturation: { idleP99Milliseconds: 2, fullP99Milliseconds: 2.4, ratio: 1.2, fewestWaiting: 60, queueCapacity: 64 },
};

const rowOf = (text: string, start: string): string =>
  text.split("\n").find((line) => line.startsWith(`| ${start}`)) ?? "";

describe("the report on the tap", () => {
  const text = toMarkdown(COMPARISON);

  it("gives every path its figures beside their ratio to Envoy's HTTP proxy", () => {
    expect(rowOf(text, TAP_5_PERCENT)).toBe(
      `| ${TAP_5_PERCENT} | 0.100 (0.50) | 0.150 (0.75) | 0.200 / 1.500 (1.50) | 3300 (1.10) | 80 | 0.500, 4.9 |`,
    );
    expect(rowOf(text, ENVOY_HTTP)).toContain("| 0.200 (1.00) | 0.200 (1.00) |");
    expect(rowOf(text, DIRECT)).toContain("| – | – | – | 9000 (3.00) |");
  });

  it("says of each goal whether it was reached", () => {
    expect(rowOf(text, "added median, 5 %")).toContain("| ≤ 0.6 | 0.50 | yes |");
    expect(rowOf(text, "added median, everything captured")).toContain("| ≤ 0.75 | 1.00 | **no** |");
    expect(rowOf(text, "added p99 at 100 req/s")).toContain("| ≤ 1.1 | 1.50 | **no** |");
    expect(rowOf(text, "closed loop")).toContain("| ≥ 1 | 1.10 | yes |");
    expect(rowOf(text, "p99 with the embedding queue full")).toContain("| ≤ 1.3 | 1.20 | yes |");
  });

  it("has goals beside the KServe agent only when that was measured", () => {
    expect(text).not.toContain("KServe");
    const withAgent: Comparison = {
      ...COMPARISON,
      paths: [...COMPARISON.paths, { name: KSERVE_AGENT, port: 1 }],
      openLoop: {
        p50Milliseconds: perPath([0.1, 0.4, 0.3, 0.3, 1.5]),
        p99Milliseconds: perPath([1, 2, 2.5, 2, 9]),
        analysedPerSecond: [Number.NaN, Number.NaN, 4.9, 4.5, Number.NaN],
      },
      closedLoop: perPath([9000, 3000, 3300, 2900, 800]),
      residentMebibytes: [Number.NaN, 65, 80, 90, 110],
      paired: {
        ...COMPARISON.paired,
        addedMilliseconds: [0, 0.2, 0.1, 0.2, 0.5],
        cpuMilliseconds: [Number.NaN, 0.2, 0.15, 0.18, 0.9],
        analyserCpuMilliseconds: [Number.NaN, Number.NaN, 0.5, 1.5, 0.3],
      },
    };
    expect(toMarkdown(withAgent)).toContain("to the KServe agent | ≤ 0.5 | 0.40 | yes |");
    expect(toMarkdown(withAgent)).toContain("to the KServe agent | ≤ 0.4 | 0.20 | yes |");
  });

  it("is refused without Envoy: there is nothing to compare with", () => {
    const paths = COMPARISON.paths.map((path) => ({ ...path, name: path.name.replace("Envoy", "Other") }));
    expect(() => toMarkdown({ ...COMPARISON, paths })).toThrow(ENVOY_HTTP);
  });
});
