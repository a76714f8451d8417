#!/usr/bin/env node
import { type Command, helpText } from "./commands/command.ts";
import { COMMANDS } from "./commands/index.ts";
import { VisionError } from "./core/errors.ts";

const USAGE = `vision-exporter watches a computer-vision model in production and tells Prometheus.

usage: vision-exporter <command> [options]

${COMMANDS.map(({ usage, summary }) => `  ${usage.padEnd(53)} ${summary}`).join("\n")}
`;

/** The command whose words stand first in `argv`, the longest match first ("reference build" before "reference"). */
function findCommand(argv: readonly string[]): Command | undefined {
  return COMMANDS.find(({ words }) => words.every((word, index) => argv[index] === word));
}

async function main(argv: readonly string[]): Promise<number> {
  const command = findCommand(argv);
  if (!command) {
    const asked = argv.length === 0 || argv.includes("--help") || argv.includes("-h");
    (asked ? process.stdout : process.stderr).write(asked ? USAGE : `unknown command: ${argv.join(" ")}\n\n${USAGE}`);
    return asked ? 0 : 2;
  }
  const args = argv.slice(command.words.length);
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(helpText(command));
    return 0;
  }
  return command.run(args);
}

/** Exit code 2 for what the user can mend (configuration, files, arguments), 1 for a fault of ours. */
function report(error: unknown): number {
  if (error instanceof VisionError) {
    process.stderr.write(`error ${error.code}: ${error.message}\n  remedy: ${error.remedy}\n`);
    return 2;
  }
  process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(report);
