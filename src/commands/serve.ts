import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { createLogger, type Logger } from "../log.ts";
import { every, type Timer } from "../serve/timers.ts";
import { IdleThreads } from "../strain/idle-threads.ts";
import { type Command, parseArguments, required } from "./command.ts";
import { installLastResort } from "./last-resort.ts";
import { terminationAsked } from "./signals.ts";
import { systemClock, systemRandom } from "./system-clock.ts";

/** How long the state may take to be written after an exception. */
const END_SECONDS = 10;
/** Threads come and go: the one for images is started again after a fault, those of libraries when they are needed. */
const SECONDS_PER_IDLE_CHECK = 5;

export const serve: Command = {
  words: ["serve"],
  usage: "serve --config FILE [--idle]",
  summary: "starts only the analyser: /metrics, API and page",
  details: "  --idle   images only on processor time that nothing else in the container wants; so `run` starts it",
  async run(args) {
    const parsed = parseArguments(serve, args, { config: { type: "string" }, idle: { type: "boolean" } });
    const path = required(serve, parsed, "config");
    const readConfig = (): Config => loadConfig(path, process.env);
    const log = createLogger(readConfig().log.level, systemClock);
    const asked = terminationAsked();
    // Loaded here and not above: the tap is started through the same list of commands and must load nothing native.
    const { startAnalyser } = await import("../serve/analyser.ts");
    const analyser = await startAnalyser(readConfig, { clock: systemClock, random: systemRandom, log });
    const idling = parsed.values["idle"] ? await keepThreadsIdle(log) : undefined;
    installLastResort(log, { end: () => analyser.stop(), deadlineSeconds: END_SECONDS });
    process.on("SIGHUP", () => {
      analyser.reload().catch((error: Error) => log.error("the configuration was not reloaded", { error }));
    });
    await asked;
    await analyser.stop();
    await idling?.stop();
    return 0;
  },
};

/** Undefined where it cannot be done; the niceness that `run` gives its child then has to do. */
async function keepThreadsIdle(log: Logger): Promise<Timer | undefined> {
  const threads = new IdleThreads();
  if ((await threads.move()) > 0)
    return every(SECONDS_PER_IDLE_CHECK, "check of idle threads", log, () => threads.move());
  log.warn("images take processor time from live traffic: no thread could be moved to the idle class", {
    remedy: "Linux, with chrt of util-linux in the PATH; or set tap.analyserPriority to low",
  });
  return undefined;
}
