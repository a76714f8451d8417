import { VisionError } from "../core/errors.ts";
import { type Command, helpText } from "./command.ts";

/** `vision-exporter reference`: says what its commands take. Stands behind them in the list, so it also gets what is none of them. */
export function referenceHelp(commands: readonly Command[]): Command {
  const help: Command = {
    words: ["reference"],
    usage: "reference --help",
    summary: "says what the commands above take",
    details: commands.map((command) => `\n${helpText(command)}`).join(""),
    async run(args) {
      const [asked] = args;
      if (asked !== undefined) {
        const known = commands.map(({ words }) => words.at(-1)).join(", ");
        throw new VisionError("USAGE", `"reference ${asked}" is no command; there are: ${known}.`, {
          remedy: "Run `vision-exporter reference --help`.",
        });
      }
      process.stdout.write(helpText(help));
      return 0;
    },
  };
  return help;
}
