import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";
import { SnapshotFile } from "../state/snapshot.ts";
import type { Core } from "./core.ts";

export interface StateKeeperParts {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Saves and restores the monitor's sums. Without a state directory both do nothing. */
export class StateKeeper {
  readonly #parts: StateKeeperParts;
  readonly #path: string | undefined;

  constructor({ state }: Config, parts: StateKeeperParts) {
    this.#parts = parts;
    this.#path = state.directory === undefined ? undefined : join(state.directory, "monitor.snapshot");
  }

  /** Never rejects: a snapshot that cannot be used is counted, logged and kept aside, and the start is an empty one. */
  async restore(core: Core): Promise<void> {
    if (this.#path === undefined) return;
    const { telemetry, log } = this.#parts;
    const { state, rejected } = await new SnapshotFile(this.#path, keyOf(core)).load();
    for (const { path, reason } of rejected) {
      if (reason === "absent") continue;
      telemetry.snapshotRejected(reason);
      log.warn("a snapshot was not taken up", { path, reason });
    }
    if (state === undefined) return;
    try {
      core.monitor.restore(state);
      log.info("state restored");
    } catch (error) {
      telemetry.snapshotRejected("unknown_version");
      log.warn("a snapshot was not taken up", { path: this.#path, error });
    }
  }

  /** Never rejects: a failure is counted and logged, and the last good snapshot stays. */
  async save(core: Core): Promise<void> {
    if (this.#path === undefined) return;
    const { telemetry, clock, log } = this.#parts;
    try {
      await new SnapshotFile(this.#path, keyOf(core)).save(core.monitor.toState());
      telemetry.snapshotSaved(clock.nowSeconds());
    } catch (error) {
      telemetry.snapshotFailed();
      log.error("the state could not be saved", { fault: (error as Error).message });
    }
  }

  /** Gives the sums of one core to the next, when they mean the same there. */
  handOver(from: Core, to: Core): void {
    if (keyOf(from) === keyOf(to)) to.monitor.restore(from.monitor.toState());
  }
}

/** The sums belong to a model, its classes and a reference: with others they would mean something else. */
function keyOf({ config, classes, reference }: Core): string {
  const belongsTo = JSON.stringify([config.model.name, reference?.id, classes, STATISTICS.map(({ name }) => name)]);
  return createHash("sha256").update(belongsTo).digest("hex");
}
