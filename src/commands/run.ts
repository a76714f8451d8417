import { loadConfig } from "../config/load.ts";
import { createLogger } from "../log.ts";
import { Supervisor } from "../tap/supervise.ts";
import { type Command, parseArguments, required } from "./command.ts";
import { installLastResort } from "./last-resort.ts";
import { terminationAsked } from "./signals.ts";
import { systemClock } from "./system-clock.ts";
import { requireTap, startConfiguredTap } from "./tap.ts";

/** How long the analyser may take to write its state after SIGTERM. */
const ANALYSER_KILL_SECONDS = 15;
/**
 * On a busy machine forwarding comes first. A tenth of the weight of a normal process is still enough for the 5 images a second
 * that are analysed by default. With `tap.analyserPriority: idle` only its event loop runs with it.
 */
const ANALYSER_NICENESS = 10;
/** As in the image: the C library otherwise keeps freed images for itself, and after some large ones memory stays short for good. */
const ANALYSER_ENVIRONMENT = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "262144" };

export const run: Command = {
  words: ["run"],
  usage: "run --config FILE",
  summary: "starts the tap, and the analyser as its child",
  async run(args) {
    const path = required(run, parseArguments(run, args, { config: { type: "string" } }), "config");
    const config = loadConfig(path, process.env);
    const log = createLogger(config.log.level, systemClock);
    const tapConfig = requireTap(config);
    const idle = tapConfig.analyserPriority === "idle" ? ["--idle"] : [];
    const analyser = new Supervisor(
      {
        argv: [process.execPath, process.argv[1] as string, "serve", "--config", path, ...idle],
        env: ANALYSER_ENVIRONMENT,
        niceness: ANALYSER_NICENESS,
        killSeconds: ANALYSER_KILL_SECONDS,
        backoffSeconds: { first: 1, longest: tapConfig.restartAtMost },
        onExit: ({ code, signal, restartSeconds }) =>
          log.error("the analyser ended; live traffic goes on", { code, signal, restartSeconds }),
      },
      systemClock,
    );
    const asked = terminationAsked(() => analyser.kill());
    const forwarding = await startConfiguredTap(tapConfig, config, log);
    const end = async (): Promise<void> => {
      await forwarding.drain();
      await analyser.stop();
    };
    installLastResort(log, {
      count: () => forwarding.countFault(),
      end,
      deadlineSeconds: tapConfig.drain + 2 * ANALYSER_KILL_SECONDS,
    });
    analyser.start();
    await asked;
    await end();
    return 0;
  },
};
