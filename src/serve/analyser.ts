import type { Config } from "../config/config.ts";
import { type RunningServers, startServers } from "../http/listen.ts";
import { Telemetry } from "../metrics/self.ts";
import { LinkServer } from "../tap/link-server.ts";
import { AccessFiles } from "./access-files.ts";
import { AnalyserApplication, serverOptions } from "./application.ts";
import { buildCore, type Core, closeFeatures, type Surroundings } from "./core.ts";
import { labelCare } from "./label-care.ts";
import { openSharedStore } from "./parts.ts";
import { StateKeeper } from "./state-keeper.ts";
import { processStrain, watchStrain } from "./strain-watch.ts";
import { TimeAxis } from "./time-axis.ts";
import { every, type Timer } from "./timers.ts";

export interface RunningAnalyser {
  /** Reads the configuration again. Rejects when it is faulty; the old one then stays in force. */
  reload(): Promise<void>;
  /** Stops listening, finishes what is queued, writes the state last. */
  stop(): Promise<void>;
}

const EVICT_SECONDS = 60;
const SECONDS_PER_LABEL_CARE = 5;
const SERVER_GRACE_SECONDS = 5;
const SECONDS_PER_ACCESS_CHECK = 1;
const SECONDS_PER_REACHABILITY_CHECK = 5;

/**
 * The analyser: configuration → parts → listen. `readConfig` is called once now and again for every reload; what `listen`, `tap` and `state` say
 * takes a restart. Throws the faults that a start can have.
 */
export async function startAnalyser(readConfig: () => Config, surroundings: Surroundings): Promise<RunningAnalyser> {
  const { clock, log } = surroundings;
  const config = readConfig();
  const telemetry = new Telemetry(() => clock.monotonicSeconds());
  const access = new AccessFiles(config, { telemetry, log });
  const rules = access.first();
  const axis = new TimeAxis(clock);
  const state = new StateKeeper(config, { telemetry, log, clock });
  const stores = { own: await state.openStore(), shared: openSharedStore(config, clock, surroundings.random) };
  const strain = processStrain(() => core, telemetry, log);
  const lasting = { telemetry, stores, strain };
  let core = await buildCore(config, surroundings, lasting, false);
  await state.restore(core);
  telemetry.configLoaded(clock.nowSeconds());

  const reload = async (): Promise<void> => {
    core = await reloaded(core, readConfig, (next) => buildCore(next, surroundings, lasting, true), state, telemetry);
    telemetry.configLoaded(clock.nowSeconds());
    log.info("configuration reloaded");
  };
  const link = await openLink(config, () => core, telemetry);
  const application = new AnalyserApplication({ ...surroundings, ...lasting, axis, core: () => core, link, reload });
  const servers = await startServers(application, serverOptions(config, rules, surroundings, telemetry));
  log.info("listening", { ...servers.addresses, reference: core.reference?.id ?? "none" });

  const assess = (): Promise<unknown> => telemetry.timed("assess", () => core.monitor.assess(axis.nowSeconds()));
  await assess();
  const timers = [
    watchStrain(strain, log),
    every(config.drift.assessEvery, "assessment", log, assess),
    every(config.state.snapshotEvery, "snapshot", log, () => state.save(core)),
    every(EVICT_SECONDS, "eviction", log, () => {
      core.monitor.forgetOldImages(axis.nowSeconds());
      return state.evict(stores.own, core, axis.nowSeconds());
    }),
    every(
      SECONDS_PER_LABEL_CARE,
      "care for labels",
      log,
      labelCare(() => core, stores, { ...surroundings, clock: axis }),
    ),
    every(SECONDS_PER_ACCESS_CHECK, "check of certificates, users and tokens", log, () =>
      access.refresh((next) => servers.useAccess(next)),
    ),
    every(SECONDS_PER_REACHABILITY_CHECK, "reachability check", log, () => application.checkUpstream()),
  ];
  return {
    reload,
    async stop() {
      await stopIntake(servers, link, timers);
      await core.pipeline.idle();
      await state.save(core);
      await stores.own.close();
      stores.shared?.close();
      await closeFeatures(core);
      log.info("stopped");
    },
  };
}

/** The old core goes on until the new one stands, so a faulty configuration or reference changes nothing. */
async function reloaded(
  old: Core,
  readConfig: () => Config,
  build: (config: Config) => Promise<Core>,
  state: StateKeeper,
  telemetry: Telemetry,
): Promise<Core> {
  try {
    const next = await build(readConfig());
    state.handOver(old, next);
    for (const label of old.fallback?.takeOwed() ?? []) next.fallback?.owe(label);
    void old.pipeline.idle().then(() => closeFeatures(old));
    return next;
  } catch (error) {
    telemetry.configRefused();
    throw error;
  }
}

async function stopIntake(
  servers: RunningServers,
  link: LinkServer | undefined,
  timers: readonly Timer[],
): Promise<void> {
  await servers.close(SERVER_GRACE_SECONDS);
  await link?.close();
  await Promise.all(timers.map((timer) => timer.stop()));
}

async function openLink(config: Config, core: () => Core, telemetry: Telemetry): Promise<LinkServer | undefined> {
  if (!config.tap) return undefined;
  const { predictionsRatio } = config.sampling;
  return LinkServer.listen({
    path: config.tap.linkPath,
    messageBytes: config.tap.messageBytes,
    onExchange: (exchange) => void core().pipeline.exchange(exchange, 1 / predictionsRatio),
    onCounters: (counters) => telemetry.tapCounters(counters),
  });
}
