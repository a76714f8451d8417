// `node charts/schema.mjs` after a build: fills the three parts of values.schema.json that follow the source: the keys of the configuration, and the
// names of thresholds and alerts. test/unit/charts/chart.test.ts fails while one of them differs.
import { readFileSync, writeFileSync } from "node:fs";
import { configurationJsonSchema } from "../dist/src/config/json-schema.js";

const chart = new URL("vision-exporter/", import.meta.url);
const read = (path) => readFileSync(new URL(path, chart), "utf8");
const rules = read("rules/recording.yaml") + read("rules/alerts.yaml");
const names = (pattern) => [...new Set([...rules.matchAll(pattern)].map(([, name]) => name))].sort();
const properties = (keys, value) => Object.fromEntries(keys.map((key) => [key, value]));

const schema = JSON.parse(read("values.schema.json"));
// `model` is required at the top of the schema, and only when the chart writes the configuration.
const { $schema, required, ...config } = configurationJsonSchema();
schema.properties.config = config;
schema.properties.prometheusRule.properties.thresholds.properties = properties(names(/# threshold (\w+)$/gm), { type: "number", minimum: 0 });
schema.properties.prometheusRule.properties.alerts.properties = properties(names(/alert: (\w+)$/gm), { $ref: "#/$defs/alert" });
writeFileSync(new URL("values.schema.json", chart), `${JSON.stringify(schema, null, 2)}\n`);
