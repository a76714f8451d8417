import { parseArgs } from "node:util";
import { VisionError } from "../core/errors.ts";

/** One command of the program. `run` gets the arguments behind its words and answers with the exit code. */
export interface Command {
  readonly words: readonly string[];
  readonly usage: string;
  readonly summary: string;
  /** The options, for `--help`; a line each. */
  readonly details?: string;
  run(args: readonly string[]): Promise<number>;
}

export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Throws USAGE for an unknown option, a missing value or too many words. */
export function parseArguments(
  command: Pick<Command, "usage">,
  args: readonly string[],
  options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly default?: string }>>,
  positionals = 0,
): ParsedArguments {
  try {
    const parsed = parseArgs({ args: [...args], options: { ...options }, allowPositionals: positionals > 0 });
    if (parsed.positionals.length !== positionals) throw new Error(`expected ${positionals} file name(s)`);
    return parsed as ParsedArguments;
  } catch (cause) {
    throw new VisionError("USAGE", `${(cause as Error).message}; usage: vision-exporter ${command.usage}`, { cause });
  }
}

/** Throws USAGE when the option is missing. */
export function required(command: Pick<Command, "usage">, parsed: ParsedArguments, name: string): string {
  const value = parsed.values[name];
  if (typeof value === "string") return value;
  throw new VisionError("USAGE", `--${name} is missing; usage: vision-exporter ${command.usage}`);
}

export function optional(parsed: ParsedArguments, name: string): string | undefined {
  const value = parsed.values[name];
  return typeof value === "string" ? value : undefined;
}

/** Throws USAGE when the option is no integer. */
export function integer(parsed: ParsedArguments, name: string): number {
  const text = optional(parsed, name) ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new VisionError("USAGE", `--${name} must be a whole number from 0 to 999999999, not "${text}".`);
}

/** What `--help` behind a command's words prints. */
export function helpText({ usage, summary, details }: Command): string {
  return `vision-exporter ${usage}\n  ${summary}\n${details ? `${details}\n` : ""}`;
}
