import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { createLogger } from "../log.ts";
import { type Command, parseArguments, required } from "./command.ts";
import { installLastResort } from "./last-resort.ts";
import { terminationAsked } from "./signals.ts";
import { systemClock, systemRandom } from "./system-clock.ts";

/** How long the state may take to be written after an exception. */
const END_SECONDS = 10;

export const serve: Command = {
  words: ["serve"],
  usage: "serve --config FILE",
  summary: "starts only the analyser: /metrics, API and page",
  async run(args) {
    const path = required(serve, parseArguments(serve, args, { config: { type: "string" } }), "config");
    const readConfig = (): Config => loadConfig(path, process.env);
    const log = createLogger(readConfig().log.level, systemClock);
    const asked = terminationAsked();
    // Loaded here and not above: the tap is started through the same list of commands and must load nothing native.
    const { startAnalyser } = await import("../serve/analyser.ts");
    const analyser = await startAnalyser(readConfig, { clock: systemClock, random: systemRandom, log });
    installLastResort(log, { end: () => analyser.stop(), deadlineSeconds: END_SECONDS });
    process.on("SIGHUP", () => {
      analyser.reload().catch((error: Error) => log.error("the configuration was not reloaded", { error }));
    });
    await asked;
    await analyser.stop();
    return 0;
  },
};
