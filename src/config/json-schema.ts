import { z } from "zod";
import { configSchema } from "./schema.ts";
import type { KeyNotes } from "./values.ts";

/** The part of JSON Schema (2020-12) that the configuration uses, with our notes. */
export interface JsonSchema extends KeyNotes {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Of a map with keys of the user's choice. */
  readonly additionalProperties?: JsonSchema | false;
  readonly required?: readonly string[];
}

/** What the file may hold, for editors and for Helm's `values.schema.json`. */
export function configurationJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;
}

/** The schema of one key; undefined for a key that is not known. */
export function schemaAt(root: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let node: JsonSchema | undefined = root;
  for (const key of path) {
    node =
      typeof key === "number"
        ? (node?.prefixItems?.[key] ?? node?.items)
        : (node?.properties?.[String(key)] ?? (node?.additionalProperties || undefined));
  }
  return node;
}

/** Completes the sentence "accepted: …". */
export function accepted(schema: JsonSchema): string {
  if (schema.accepts) return schema.accepts;
  if (schema.enum) return `one of ${schema.enum.map((value) => `"${value}"`).join(", ")}`;
  if (schema.prefixItems) return `a list of ${schema.prefixItems.length} numbers`;
  switch (schema.type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number ${range(schema)}`;
    case "number":
      return `a number ${range(schema)}`;
    case "array":
      return `a list of ${schema.minItems ?? 0} to ${schema.maxItems ?? "any number of"} items`;
    case "object":
      return `a section with the keys ${Object.keys(schema.properties ?? {}).join(", ")}`;
    default:
      return `text of at most ${schema.maxLength} characters`;
  }
}

function range({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const most = maximum === undefined ? "" : ` to ${maximum}`;
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}${most && `, up${most}`}`;
  return minimum === undefined ? "" : `from ${minimum}${most}`;
}
