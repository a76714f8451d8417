import type { Config, TapConfig } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { VisionError } from "../core/errors.ts";
import type { Logger } from "../log.ts";
import { createLogger } from "../log.ts";
import { collectYoungObjectsEarly } from "../tap/garbage.ts";
import { type RunningTap, startTap } from "../tap/run-tap.ts";
import { type Command, parseArguments, required } from "./command.ts";
import { installLastResort } from "./last-resort.ts";
import { terminationAsked } from "./signals.ts";
import { systemClock, systemRandom } from "./system-clock.ts";

/** On top of the drain, for the last report to the analyser. */
const END_SECONDS = 5;

export const tap: Command = {
  words: ["tap"],
  usage: "tap --config FILE",
  summary: "starts only the forwarding process",
  async run(args) {
    const config = loadConfig(
      required(tap, parseArguments(tap, args, { config: { type: "string" } }), "config"),
      process.env,
    );
    const log = createLogger(config.log.level, systemClock);
    const asked = terminationAsked();
    const tapConfig = requireTap(config);
    const running = await startConfiguredTap(tapConfig, config, log);
    installLastResort(log, {
      count: () => running.countFault(),
      end: () => running.drain(),
      deadlineSeconds: tapConfig.drain + END_SECONDS,
    });
    await asked;
    await running.drain();
    return 0;
  },
};

/** Throws CONFIG_INVALID for a configuration without a tap. */
export function requireTap(config: Config): TapConfig {
  if (config.tap) return config.tap;
  throw new VisionError(
    "CONFIG_INVALID",
    "`tap` is missing: there is nothing to listen on and nothing to forward to.",
    {
      remedy: "Add tap.listen and tap.upstream, or start only the analyser with `vision-exporter serve`.",
    },
  );
}

export async function startConfiguredTap(tapConfig: TapConfig, config: Config, log: Logger): Promise<RunningTap> {
  collectYoungObjectsEarly();
  const idHeader = tapConfig.idHeader ?? config.intake.idHeader;
  const running = await startTap(
    {
      listenHost: tapConfig.listen.host,
      listenPort: tapConfig.listen.port,
      upstreamHost: tapConfig.upstream.host,
      upstreamPort: tapConfig.upstream.port,
      linkPath: tapConfig.linkPath,
      ratio: config.sampling.predictionsRatio,
      messageBytes: tapConfig.messageBytes,
      totalBytes: tapConfig.totalBytes,
      linkBytes: tapConfig.linkBytes,
      drainSeconds: tapConfig.drain,
      ...(idHeader !== undefined && { idHeader }),
    },
    { clock: systemClock, random: systemRandom },
  );
  const { host, port } = tapConfig.upstream;
  log.info("forwarding", { listen: `${running.address.address}:${running.address.port}`, upstream: `${host}:${port}` });
  return running;
}
