import { join } from "node:path";
import { VisionError } from "../core/errors.ts";
import { readBounded } from "./bounded-file.ts";
import type { Config } from "./config.ts";
import { CROSS_CHECKS } from "./cross-checks.ts";
import { parseYaml } from "./document.ts";
import { substitute } from "./environment.ts";
import { type Fault, faultsOf, pathText } from "./faults.ts";
import { configSchema, SECTIONS } from "./schema.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the file. Throws CONFIG_UNREADABLE, or CONFIG_INVALID with every fault in the message. */
export function loadConfig(path: string, env: Environment): Config {
  return parseConfig(read(path), env, path);
}

/** @param name what messages call the text. */
export function parseConfig(text: string, env: Environment, name = "configuration"): Config {
  const file = parseYaml(text, name);
  const { value, faults } = substitute(file.value, env);
  const { config, faults: others } = check(withRuntimeDirectory(value, env), file.value);
  const missing = new Set(faults.map(({ path }) => pathText(path)));
  const all = [...faults, ...others.filter(({ path }) => !missing.has(pathText(path)))];
  if (config && all.length === 0) return config;
  throw file.refusal(all);
}

function read(path: string): string {
  try {
    return readBounded(path).toString("utf8");
  } catch (cause) {
    throw new VisionError("CONFIG_UNREADABLE", `${path}: ${(cause as Error).message}`, { cause });
  }
}

function check(value: unknown, written: unknown): { config?: Config; faults: Fault[] } {
  const parsed = configSchema.safeParse(value);
  const faults = parsed.success ? [] : faultsOf(parsed.error.issues, written);
  const sections = parseSections(value);
  const keys = (section: keyof Config): readonly string[] => Object.keys(asRecord(asRecord(written)[section]));
  for (const rule of CROSS_CHECKS) {
    if (rule.sections.every((section) => section in sections))
      faults.push(...rule.check(sections as unknown as Config, keys));
  }
  return parsed.success ? { config: parsed.data, faults } : { faults };
}

/** The sections without faults; one that the file leaves out has its defaults. */
function parseSections(value: unknown): Partial<Record<keyof Config, unknown>> {
  const sections: Partial<Record<keyof Config, unknown>> = {};
  for (const name of Object.keys(SECTIONS) as (keyof Config)[]) {
    const given = asRecord(value)[name];
    const parsed =
      given === undefined && name === "tap" ? { success: true, data: undefined } : SECTIONS[name].safeParse(given);
    if (parsed.success) sections[name] = parsed.data;
  }
  return sections;
}

/** The tap's socket belongs into the user's runtime directory where there is one, not into a directory that everyone can write. */
function withRuntimeDirectory(value: unknown, env: Environment): unknown {
  const runtime = env["XDG_RUNTIME_DIR"];
  const tap = asRecord(value)["tap"];
  if (!runtime || !tap || asRecord(tap)["linkPath"] !== undefined) return value;
  return { ...asRecord(value), tap: { ...asRecord(tap), linkPath: join(runtime, "vision-exporter/tap.sock") } };
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
