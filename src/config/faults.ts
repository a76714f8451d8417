import type { z } from "zod";
import { accepted, configurationJsonSchema, type JsonSchema, schemaAt } from "./json-schema.ts";
import { nearest } from "./nearest.ts";

/** Something wrong in the file: where, what, and what to do about it. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
  readonly remedy: string;
}

/** Each is looked up in the schema; a file can be made to have a million. */
const MOST_ISSUES = 1000;

type Issue = z.core.$ZodIssue;

/** "windows[1].duration"; "(the file)" for the root. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text === "" ? "(the file)" : text.replace(/^\./, "");
}

/** One fault for each key that is wrong. `raw` is the file as written, before variables were put in: secrets stay out of messages. */
export function faultsOf(
  issues: readonly Issue[],
  raw: unknown,
  root: JsonSchema = configurationJsonSchema(),
): Fault[] {
  const faults = issues
    .slice(0, MOST_ISSUES)
    .flatMap((issue) =>
      issue.code === "unrecognized_keys" ? unknownKeys(issue, root) : [wrongValue(issue, root, raw)],
    );
  const seen = new Set<string>();
  return faults.filter(({ path }) => !seen.has(pathText(path)) && seen.add(pathText(path)));
}

function unknownKeys(issue: Extract<Issue, { code: "unrecognized_keys" }>, root: JsonSchema): Fault[] {
  const known = Object.keys(schemaAt(root, issue.path)?.properties ?? {});
  return issue.keys.slice(0, MOST_ISSUES).map((key) => {
    const meant = nearest(key, known);
    const remedy = meant ? `did you mean "${meant}"?` : `known keys here: ${known.join(", ")}`;
    return { path: [...issue.path, key], problem: "unknown key", remedy };
  });
}

function wrongValue(issue: Issue, root: JsonSchema, raw: unknown): Fault {
  const { path } = issue;
  const schema = schemaAt(root, path) ?? {};
  const accepts = (issue.code === "custom" && (issue.params?.["accepts"] as string | undefined)) || accepted(schema);
  const given = valueAt(raw, path);
  if (given === undefined) return { path, problem: `missing; accepted: ${accepts}`, remedy: "add the key" };
  const shown = schema.secret
    ? "the value"
    : shorten(typeof given === "number" ? String(given) : JSON.stringify(given));
  return { path, problem: `${shown} is not accepted; accepted: ${accepts}`, remedy: remedyFor(schema) };
}

function remedyFor(schema: JsonSchema): string {
  if (schema.default === undefined || schema.type === "object") return "correct the value";
  return `correct the value, or remove the key to take the default ${JSON.stringify(schema.default)}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
