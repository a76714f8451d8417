import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { promtool, RULES } from "./promtool.ts";

const CASES = join(import.meta.dirname, "rules");
const files = readdirSync(CASES).filter((name) => name.endsWith(".yaml"));

describe("the rule files", () => {
  it.each(["recording.yaml", "alerts.yaml"])("%s is valid", (name) => promtool("check", "rules", join(RULES, name)));
});

describe("the alerts fire and stay quiet as", () => {
  it("cases for all three groups say", () => expect(files).toEqual(["drift.yaml", "monitor.yaml", "quality.yaml"]));
  it.each(files)("%s says", { timeout: 120_000 }, (name) => promtool("test", "rules", join(CASES, name)));
});
