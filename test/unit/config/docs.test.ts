import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationMarkdown, errorsMarkdown } from "../../../src/config/docs.ts";
import { accepted, configurationJsonSchema, type JsonSchema } from "../../../src/config/json-schema.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { ERRORS } from "../../../src/core/errors.ts";

const docs = resolve(import.meta.dirname, "../../../docs");

/** Every key that holds a value, as "section.key". */
function leaves(path: string, schema: JsonSchema): [path: string, schema: JsonSchema][] {
  const children = schema.properties ?? schema.items?.properties;
  if (!children) return [[path, schema]];
  return Object.entries(children).flatMap(([key, child]) => leaves(path ? `${path}.${key}` : key, child));
}

describe("the documentation of the configuration", () => {
  const keys = leaves("", configurationJsonSchema());

  it("covers every key with a text and what is accepted", () => {
    expect(keys.length).toBeGreaterThan(70);
    for (const [path, schema] of keys) {
      expect(schema.description, path).toMatch(/\.$/);
      expect(accepted(schema), path).not.toMatch(/undefined|^$/);
    }
    const page = configurationMarkdown();
    for (const [path] of keys) expect(page).toContain(`\`${path.replace("windows.", "windows[].")}\``);
  });

  it("shows defaults that the schema accepts", () => {
    const file: Record<string, unknown> = { model: { name: "m" } };
    for (const [name, section] of Object.entries(configurationJsonSchema().properties ?? {})) {
      if (name === "model" || name === "tap" || name === "embedding") continue;
      const defaults = Object.entries(section.properties ?? {}).filter(([, schema]) => schema.default !== undefined);
      file[name] = section.properties
        ? Object.fromEntries(defaults.map(([key, schema]) => [key, schema.default]))
        : section.default;
    }
    expect(parseConfig(JSON.stringify(file), {})).toEqual(parseConfig("model: { name: m }", {}));
  });

  it("is the committed page", () => {
    expect(readFileSync(`${docs}/configuration.md`, "utf8")).toBe(configurationMarkdown());
  });
});

describe("the documentation of the errors", () => {
  it("has every code with its remedy, and is the committed page", () => {
    const page = errorsMarkdown();
    for (const [code, { summary, remedy }] of Object.entries(ERRORS))
      expect(page).toContain(`### ${code}\n\n${summary}\n\n**Remedy.** ${remedy}`);
    expect(readFileSync(`${docs}/errors.md`, "utf8")).toBe(page);
  });
});
