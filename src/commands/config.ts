import { configurationMarkdown } from "../config/docs.ts";
import { loadConfig } from "../config/load.ts";
import { type Command, parseArguments, required } from "./command.ts";

export const configCheck: Command = {
  words: ["config", "check"],
  usage: "config check --config FILE",
  summary: "checks a configuration file and lists every fault",
  async run(args) {
    const parsed = parseArguments(configCheck, args, { config: { type: "string" } });
    const path = required(configCheck, parsed, "config");
    const config = loadConfig(path, process.env);
    // Here and not above: the tap is started through the same list of commands and needs none of it.
    const { readAccess } = await import("../serve/access-files.ts");
    readAccess(config);
    process.stdout.write(`${path}: no faults\n`);
    return 0;
  },
};

export const configDocs: Command = {
  words: ["config", "docs"],
  usage: "config docs",
  summary: "prints every configuration key as Markdown",
  async run(args) {
    parseArguments(configDocs, args, {});
    process.stdout.write(configurationMarkdown());
    return 0;
  },
};
