import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VERDICTS } from "../../../src/core/assessment.ts";
import { EXCHANGE_DROP_REASONS, IMAGE_DROP_REASONS } from "../../../src/core/drop-reasons.ts";
import { LABEL_RESULTS } from "../../../src/core/label.ts";
import { CATALOG } from "../../../src/metrics/catalog.ts";
import { type Selector, selectorsOf } from "./promql.ts";
import { RULES } from "./promtool.ts";
import { ALERTS, RECORDINGS } from "./rule-files.ts";

const METRICS = new Map(CATALOG.flatMap(({ metrics }) => metrics).map((metric) => [metric.name, metric]));
const RECORDED = new Set(RECORDINGS.map(({ record }) => record));
/** Labels that Prometheus adds, and the one that the recording rules add. */
const TARGET_LABELS = ["namespace", "job", "instance", "cluster"];
const RECORDED_LABELS = [
  ...TARGET_LABELS,
  "model",
  "model_version",
  "reference",
  "window",
  "statistic",
  "bin",
  "class",
  "component",
  "feature",
];
const WORDS = new Set<string>([...EXCHANGE_DROP_REASONS, ...IMAGE_DROP_REASONS, ...LABEL_RESULTS, ...VERDICTS]);

/** What is wrong with a selector, or nothing. */
function faultsOf({ metric, matchers }: Selector): string[] {
  if (metric === "up") return [];
  const spec = METRICS.get(metric);
  if (!spec && !RECORDED.has(metric)) return [`${metric} is neither in the catalogue nor recorded`];
  const labels = spec ? [...TARGET_LABELS, ...spec.labels] : RECORDED_LABELS;
  return matchers.flatMap(({ label, value }) => {
    if (!labels.includes(label)) return [`${metric} has no label ${label}`];
    const known = !["reason", "result", "verdict"].includes(label) || value.split("|").every((word) => WORDS.has(word));
    return known ? [] : [`${metric}{${label}="${value}"} names a value that does not exist`];
  });
}

describe("the selectors of a PromQL expression", () => {
  it("are found beside functions, clauses, ranges, strings and comments", () => {
    const found = selectorsOf(`
      sum by (a, b) (increase(some_total{x=~"p|q", y="}"}[1h])) # not_this
        / on (a) group_left () max without (c) (other:name:op > 0.5)
      or label_replace(third, "edge", "00", "", "") offset 5m
    `);
    expect(found.map(({ metric }) => metric)).toEqual(["some_total", "other:name:op", "third"]);
    expect(found[0]?.matchers).toEqual([
      { label: "x", value: "p|q" },
      { label: "y", value: "}" },
    ]);
  });

  it("are held against the catalogue", () => {
    const faults = (expression: string): string[] => selectorsOf(expression).flatMap(faultsOf);
    expect(faults('vision_images_dropped_total{reason="queue_full"}')).toEqual([]);
    expect(faults("vision_imaginary_total")).toHaveLength(1);
    expect(faults('vision_images_dropped_total{cause="queue_full"}')).toHaveLength(1);
    expect(faults('vision_images_dropped_total{reason="queue_overflow"}')).toHaveLength(1);
  });
});

describe("a rule", () => {
  it.each([...RECORDINGS.map(({ record, expr }) => [record, expr]), ...ALERTS.map(({ alert, expr }) => [alert, expr])])(
    "%s reads only metrics, labels and values that exist",
    (_, expression) => {
      const selectors = selectorsOf(expression as string);
      expect(selectors.length).toBeGreaterThan(0);
      expect(selectors.flatMap(faultsOf)).toEqual([]);
    },
  );

  it("that records something keeps cluster, namespace, job and model, and no instance", () => {
    const clauses = RECORDINGS.flatMap(({ expr }) =>
      [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].map(([, labels]) => labels),
    );
    expect(clauses.length).toBeGreaterThan(50);
    for (const labels of clauses) expect(labels).toMatch(/^cluster, namespace, job, model\b(?!.*(instance|pod))/);
  });
});

describe("an alert", () => {
  it("has a name of its own", () => expect(new Set(ALERTS.map(({ alert }) => alert)).size).toBe(ALERTS.length));

  it.each(ALERTS.map((rule) => [rule.alert, rule] as const))(
    "%s says what, why, how bad and where to look",
    (name, rule) => {
      expect(name).toMatch(/^Vision[A-Z]/);
      expect(rule.for).toMatch(/^\d+[mh]$/);
      expect(["critical", "warning", "info"]).toContain(rule.labels["severity"]);
      expect(rule.annotations["summary"]).toMatch(/^[^{]+\.$/);
      expect(rule.annotations["description"]).toMatch(/\$labels\..*\.(\{\{ end \}\})?$/);
      expect(rule.annotations["runbook_url"]).toBe(`https://runbooks.example/vision-exporter/${name}.md`);
      expect(rule.annotations["dashboard_url"]).toContain("?var-namespace={{ $labels.namespace }}");
      expect(rule.annotations["page_url"]).toMatch(
        /^http:\/\/127\.0\.0\.1:9437\/.*#(classes|statistics|images|health)$/,
      );
    },
  );

  it("pages only for a model that is wrong or images that are unusable", () => {
    const critical = ALERTS.filter(({ labels }) => labels["severity"] === "critical").map(({ alert }) => alert);
    expect(critical).toEqual(["VisionModelAccuracyBelowFloor", "VisionImageDriftSevere"]);
  });

  it("never shortens an index with humanize, which turns 0.17 into 170m", () => {
    for (const { annotations } of ALERTS) expect(annotations["description"]).not.toMatch(/\bhumanize\b/);
  });

  it("compares with thresholds that carry the name they have in the chart's values", () => {
    const files = ["recording.yaml", "alerts.yaml"].map((name) => readFileSync(join(RULES, name), "utf8")).join("\n");
    const named = [...files.matchAll(/(\S+) # threshold (\S+)$/gm)];
    expect(named.length).toBeGreaterThan(20);
    for (const [line, value] of named) expect(value, line).toMatch(/^\d+(\.\d+)?$/);
    const values = new Map<string, Set<string>>();
    for (const [, value = "", name = ""] of named) values.set(name, (values.get(name) ?? new Set()).add(value));
    for (const [name, distinct] of values) expect(distinct.size, `one value for ${name}`).toBe(1);
  });
});
