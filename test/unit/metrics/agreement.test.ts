import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { DETECTORS } from "../../../src/drift/index.ts";
import { CATALOG, SCORE_METRICS } from "../../../src/metrics/catalog.ts";
import { metricsMarkdown } from "../../../src/metrics/catalog-docs.ts";
import { Exposition } from "../../../src/metrics/exposition.ts";
import { renderFamilies } from "../../../src/metrics/text-format.ts";
import { busyScrape, OPTIONS, SMALL } from "./scenario.ts";

const root = resolve(import.meta.dirname, "../../..");
const specs = CATALOG.flatMap(({ metrics }) => metrics);
const catalogued = specs.map(({ name }) => name).sort();

describe("the catalogue", () => {
  it("has no name twice", () => {
    expect(new Set(catalogued).size).toBe(catalogued.length);
  });

  it("is what a busy process exposes: no metric more, none less", async () => {
    const families = await new Exposition(OPTIONS).families(busyScrape(SMALL));
    expect(families.map(({ name }) => name).sort()).toEqual(catalogued);
  });

  it("has exactly the labels that are exposed", async () => {
    const text = renderFamilies(await new Exposition(OPTIONS).families(busyScrape(SMALL)), "prometheus");
    for (const { name, labels, type } of specs) {
      const line = text.split("\n").find((candidate) => new RegExp(`^${name}(_bucket)?[ {]`).test(candidate));
      const found = [...(line ?? "").matchAll(/(\w+)="/g)].map((match) => match[1]).filter((label) => label !== "le");
      expect(found, `${name} ${type}`).toEqual([...labels]);
    }
  });

  it("is the committed page", () => {
    expect(readFileSync(`${root}/docs/metrics.md`, "utf8")).toBe(metricsMarkdown());
  });

  it("has a score and a threshold for every detector, and for no other", () => {
    expect([...SCORE_METRICS.keys()].sort()).toEqual(DETECTORS.map(({ name }) => name).sort());
  });

  it("keeps the naming rules of Prometheus", () => {
    for (const { name, type, unit, labels, help } of specs) {
      expect(name).toMatch(/^vision_[a-z_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      if (unit) expect(name.replace(/_total$/, "")).toMatch(new RegExp(`_${unit}$`));
      expect(help, name).toMatch(/^[A-Z0-9].*[.]$/);
      for (const label of labels)
        expect(["le", "quantile", "instance", "job", "namespace", "type"], name).not.toContain(label);
    }
  });

  it("is the only place where a metric's name is written", () => {
    const written = /"(vision_[a-z]+_[a-z_]+)"/g;
    const files = readdirSync(`${root}/src`, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.startsWith("metrics/catalog"),
    );
    const strays = files.flatMap((file) =>
      [...readFileSync(`${root}/src/${file}`, "utf8").matchAll(written)].map((match) => `${file}: ${match[1]}`),
    );
    expect(files.length).toBeGreaterThan(50);
    // The texts of configuration keys and introductions may mention one, in running text.
    expect(strays.filter((stray) => !/^config\/schema/.test(stray))).toEqual([]);
  });
});
