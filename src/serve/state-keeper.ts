import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";
import { MemoryStore } from "../state/memory.ts";
import { openLmdbStore } from "../state/open-lmdb.ts";
import { SnapshotFile } from "../state/snapshot.ts";
import type { StoreBounds } from "../state/store-bounds.ts";
import type { Core } from "./core.ts";

export interface StateKeeperParts {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A part of the path is a file: no volume that comes later makes a directory of it. */
const MISTAKES = ["ENOTDIR", "EEXIST"];

/** What outlives a restart: opens the store of waiting predictions, saves and restores the monitor's sums. Without a state directory all stays in memory. */
export class StateKeeper {
  readonly #parts: StateKeeperParts;
  readonly #bounds: StoreBounds;
  /** Undefined also when it cannot be used. */
  #directory: string | undefined;
  #store: Store | undefined;
  #saveFailed = false;
  #labelsLost = false;

  constructor({ state, labels }: Config, parts: StateKeeperParts) {
    this.#parts = parts;
    this.#directory = state.directory;
    this.#bounds = { maxKeys: labels.maxPredictions, maxBytes: state.maxBytes };
    if (state.directory !== undefined) parts.telemetry.watchState(() => this.#degraded);
  }

  /**
   * Predictions that wait for labels. A directory that cannot be used is said once and in `vision_state_degraded`, and all stays in memory
   * until the next start: metrics without a memory are worth more than none. Throws STATE_UNUSABLE when its path leads through a file.
   */
  async openStore(): Promise<Store> {
    this.#store =
      this.#directory === undefined ? new MemoryStore(this.#bounds) : await this.#openOnDisk(this.#directory);
    return this.#store;
  }

  /** Never rejects: a snapshot that cannot be used is counted, logged and kept aside, and the start is an empty one. */
  async restore(core: Core): Promise<void> {
    if (this.#directory === undefined) return;
    const { telemetry, log } = this.#parts;
    const { state, rejected } = await this.#snapshot(core).load((loaded) => core.monitor.restore(loaded));
    for (const { path, reason } of rejected) {
      if (reason === "absent") continue;
      telemetry.snapshotRejected(reason);
      log.warn("a snapshot was not taken up", { path, reason });
    }
    if (state !== undefined) log.info("state restored");
    if (this.#labelsLost) core.monitor.gaveUp(Number.POSITIVE_INFINITY);
  }

  /** Never rejects: a failure is counted and logged, and the last good snapshot stays. */
  async save(core: Core): Promise<void> {
    if (this.#directory === undefined) return;
    const { telemetry, clock, log } = this.#parts;
    try {
      await this.#snapshot(core).save(core.monitor.toState());
      this.#saveFailed = false;
      telemetry.snapshotSaved(clock.nowSeconds());
    } catch (error) {
      this.#saveFailed = true;
      telemetry.snapshotFailed();
      log.error("the state could not be saved", { fault: (error as Error).message });
    }
  }

  /** Forgets predictions that waited too long or are too many. Never rejects: a failure is counted. */
  async evict(store: Store, core: Core, nowSeconds: number): Promise<void> {
    try {
      const evicted = await store.evict(nowSeconds);
      this.#parts.telemetry.predictionsEvicted(evicted);
      if (evicted.endedSeconds !== undefined) core.monitor.gaveUp(evicted.endedSeconds);
    } catch (error) {
      this.#parts.telemetry.storeFailed(error);
    }
  }

  /** Gives the sums of one core to the next, when they mean the same there. */
  handOver(from: Core, to: Core): void {
    if (keyOf(from) === keyOf(to)) to.monitor.restore(from.monitor.toState());
  }

  get #degraded(): boolean {
    return this.#directory === undefined || this.#saveFailed || !this.#store?.writable;
  }

  async #openOnDisk(directory: string): Promise<Store> {
    const { log } = this.#parts;
    try {
      const { store, setAside } = await openLmdbStore(join(directory, "labels"), this.#bounds);
      if (setAside !== undefined) {
        this.#labelsLost = true;
        log.error("the waiting predictions were damaged and start anew", { keptAs: setAside });
      }
      return store;
    } catch (error) {
      if (!(error instanceof VisionError) || MISTAKES.includes(causeOf(error))) throw error;
      this.#directory = undefined;
      log.error("running with the state in memory", { code: error.code, fault: error.message, remedy: error.remedy });
      return new MemoryStore(this.#bounds);
    }
  }

  #snapshot(core: Core): SnapshotFile {
    return new SnapshotFile(join(this.#directory as string, "monitor.snapshot"), keyOf(core));
  }
}

function causeOf({ cause }: VisionError): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
}

/** The sums belong to a model, its classes and a reference: with others they would mean something else. */
function keyOf({ config, classes, reference }: Core): string {
  const belongsTo = JSON.stringify([config.model.name, reference?.id, classes, STATISTICS.map(({ name }) => name)]);
  return createHash("sha256").update(belongsTo).digest("hex");
}
