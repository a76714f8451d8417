import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Config } from "../../../src/config/config.ts";
import { configurationJsonSchema } from "../../../src/config/json-schema.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { RULES } from "./promtool.ts";
import { ALERTS } from "./rule-files.ts";

const CHART = join(RULES, "..");
const read = (path: string): string => readFileSync(join(CHART, path), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "vision-chart-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Values {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tap: { readonly resources: { readonly limits: Readonly<Record<string, string>> } };
}
const values = parse(read("values.yaml")) as Values;

function load(config: Readonly<Record<string, unknown>>): Config {
  const path = join(scratch, "vision-exporter.yaml");
  writeFileSync(path, stringify(config));
  return loadConfig(path, {});
}

describe("the chart's default values", () => {
  it("are a valid configuration once the model has a name", () => {
    const config = load({ ...values.config, model: { name: "parts", classes: ["good", "bent"] } });
    expect(config.tap?.linkPath).toBe("/run/vision-exporter/tap.sock");
  });

  it("give the tap memory for its budgets and as much again for Node.js", () => {
    const { tap } = load({ ...values.config, model: { name: "parts", classes: ["good", "bent"] } });
    const limitBytes = Number.parseInt(values.tap.resources.limits["memory"] ?? "", 10) * 2 ** 20;
    expect(values.tap.resources.limits["memory"]).toMatch(/Mi$/);
    expect(limitBytes).toBeGreaterThanOrEqual(2 * ((tap?.totalBytes ?? 0) + (tap?.linkBytes ?? 0)) + 128 * 2 ** 20);
    expect(values.tap.resources.limits).not.toHaveProperty("cpu");
  });
});

describe("values.schema.json", () => {
  const schema = JSON.parse(read("values.schema.json"));
  const remedy = "run: npm run build && node charts/schema.mjs";

  it("holds the keys of the configuration as the product knows them", () => {
    const { $schema, required, ...config } = configurationJsonSchema() as unknown as Record<string, unknown>;
    expect(schema.properties.config, remedy).toEqual(config);
    expect(schema.then.properties.config.required).toEqual(required);
  });

  it("knows every alert and every threshold by name", () => {
    const { alerts, thresholds } = schema.properties.prometheusRule.properties;
    const rules = read("rules/recording.yaml") + read("rules/alerts.yaml");
    const named = new Set([...rules.matchAll(/# threshold (\w+)$/gm)].map(([, name]) => name));
    expect(Object.keys(alerts.properties), remedy).toEqual(ALERTS.map(({ alert }) => alert).sort());
    expect(Object.keys(thresholds.properties), remedy).toEqual([...named].sort());
  });

  it("knows every key of values.yaml, and no key besides but `global`", () => {
    const known = Object.keys(schema.properties).filter((key) => key !== "global");
    expect(known.sort()).toEqual(Object.keys(values).sort());
  });
});
