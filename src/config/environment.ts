import type { Fault } from "./faults.ts";

const VARIABLE = /\$(?:\{([^{}]*)\}|\$)/g;

/**
 * Puts environment variables into the text values of a parsed file: `${NAME}` becomes the variable's value, `$$` one dollar. A variable
 * that is not set is a fault, not an empty text: an empty password would open a door.
 */
export function substitute(
  raw: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { value: unknown; faults: Fault[] } {
  const faults: Fault[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === "string") return replace(value, path);
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  const replace = (text: string, path: readonly PropertyKey[]): string =>
    text.replace(VARIABLE, (whole: string, name: string | undefined) => {
      if (whole === "$$") return "$";
      const found = name === undefined ? undefined : env[name];
      if (found === undefined) {
        const problem = `the environment variable ${name ? `"${name}"` : "without a name"} is not set`;
        faults.push({ path, problem, remedy: 'set it, or write "$$" for a dollar sign' });
      }
      return found ?? whole;
    });
  return { value: visit(raw, []), faults };
}
