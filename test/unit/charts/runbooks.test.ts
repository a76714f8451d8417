import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CATALOG } from "../../../src/metrics/catalog.ts";
import { selectorsOf } from "./promql.ts";
import { checkExpressions } from "./promtool.ts";
import { ALERTS, RECORDINGS } from "./rule-files.ts";

const RUNBOOKS = join(import.meta.dirname, "../../../docs/runbooks");
const KNOWN = new Set([
  ...CATALOG.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
  ...RECORDINGS.map(({ record }) => record),
  "up",
  "process_resident_memory_bytes",
]);
const read = (name: string): string => readFileSync(join(RUNBOOKS, `${name}.md`), "utf8");
const queriesOf = (text: string): string[] =>
  [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));

describe("the runbooks", () => {
  it("hold valid PromQL only", () => {
    checkExpressions(ALERTS.flatMap(({ alert }) => queriesOf(read(alert))));
  });

  it("are one for each alert, and none besides", () => {
    const files = readdirSync(RUNBOOKS).map((name) => name.replace(/\.md$/, ""));
    expect(files.sort()).toEqual(ALERTS.map(({ alert }) => alert).sort());
  });

  it.each(ALERTS.map((rule) => [rule.alert, rule] as const))(
    "%s has all sections, true severity and usable queries",
    (name, rule) => {
      const text = read(name);
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(["Meaning", "Impact", "Diagnosis", "Mitigation", "When it is wrong"]);
      expect(text).toMatch(new RegExp(`^# ${name}\n\nSeverity ${rule.labels["severity"]}, after ${rule.for}\\.`));
      expect(text).toContain("http://127.0.0.1:9437/#");
      const queries = queriesOf(text);
      expect(queries.length).toBeGreaterThan(0);
      for (const query of queries) {
        const metrics = selectorsOf(query).map(({ metric }) => metric.replace(/_bucket$/, ""));
        expect(metrics.length, query).toBeGreaterThan(0);
        for (const metric of metrics) expect(KNOWN, query).toContain(metric);
      }
    },
  );
});
