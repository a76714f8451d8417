import {
  EXCHANGE_DROP_REASONS,
  type ExchangeDropReason,
  GALLERY_REMOVAL_REASONS,
  type GalleryRemovalReason,
  HTTP_REFUSAL_REASONS,
  type HttpRefusalReason,
  IMAGE_DROP_REASONS,
  type ImageDropReason,
  PREDICTION_REJECT_REASONS,
  type PredictionRejectReason,
  SNAPSHOT_REJECT_REASONS,
  type SnapshotRejectReason,
  STORE_ERROR_REASONS,
} from "../core/drop-reasons.ts";
import { LABEL_RESULTS, type LabelResult } from "../core/label.ts";
import { SHARED_STORE_FAULTS, type SharedStoreFault } from "../core/shared-store.ts";
import type { TapCounters } from "../tap/tap-counters.ts";
import { Buckets } from "./buckets.ts";
import type { Stage, TelemetrySnapshot } from "./telemetry-snapshot.ts";

const DURATION_EDGES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const DELAY_EDGES = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];

/** Counts what the pipeline does. Cheap and without a way to fail: it is called for every inference. */
export class Telemetry {
  readonly #monotonicSeconds: () => number;
  readonly #exchangesDropped = zeros(EXCHANGE_DROP_REASONS);
  readonly #predictionsRejected = zeros(PREDICTION_REJECT_REASONS);
  readonly #imagesDropped = zeros(IMAGE_DROP_REASONS);
  readonly #labels = zeros(LABEL_RESULTS);
  readonly #snapshotsRejected = zeros(SNAPSHOT_REJECT_REASONS);
  readonly #sharedFallbacks = zeros(SHARED_STORE_FAULTS);
  readonly #evicted = { age: 0, size: 0, bytes: 0, backlog: 0 };
  readonly #storeErrors = zeros(STORE_ERROR_REASONS);
  readonly #stages: Readonly<Record<Stage, Buckets>> = {
    decode: new Buckets(DURATION_EDGES),
    embed: new Buckets(DURATION_EDGES),
    assess: new Buckets(DURATION_EDGES),
  };
  readonly #labelDelay = new Buckets(DELAY_EDGES);
  #exchanges = 0;
  #imagesSeen = 0;
  #imagesSelected = 0;
  #imagesAnalysed = 0;
  #lastImageSeconds = Number.NEGATIVE_INFINITY;
  #sharedLost = 0;
  readonly #memoryPressure = { soft: 0, hard: 0 };
  #stateDegraded: (() => boolean) | undefined;
  #snapshot: TelemetrySnapshot["snapshot"] = { failures: 0 };
  #reload: TelemetrySnapshot["reload"] = { successful: true };
  readonly #httpRefused = zeros(HTTP_REFUSAL_REASONS);
  readonly #galleryRemoved = zeros(GALLERY_REMOVAL_REASONS);
  #access: TelemetrySnapshot["access"] = { successful: true, failures: 0 };
  #predictionsForgotten = 0;
  #tap: { readonly counters: TapCounters; readonly atSeconds: number } | undefined;

  constructor(monotonicSeconds: () => number = () => performance.now() / 1000) {
    this.#monotonicSeconds = monotonicSeconds;
  }

  exchangeSeen(): void {
    this.#exchanges++;
  }

  exchangeDropped(reason: ExchangeDropReason): void {
    this.#exchangesDropped[reason]++;
  }

  predictionRejected(reason: PredictionRejectReason): void {
    this.#predictionsRejected[reason]++;
  }

  /** @param timeSeconds Unix time of the inference. */
  imageSeen(timeSeconds: number): void {
    this.#imagesSeen++;
    if (timeSeconds > this.#lastImageSeconds) this.#lastImageSeconds = timeSeconds;
  }

  imageSelected(): void {
    this.#imagesSelected++;
  }

  imageAnalysed(): void {
    this.#imagesAnalysed++;
  }

  imageDropped(reason: ImageDropReason, count = 1): void {
    this.#imagesDropped[reason] += count;
  }

  /** Runs the work of a stage and counts how long it took, also when it fails. */
  async timed<T>(stage: Stage, work: () => T | Promise<T>): Promise<T> {
    const start = this.#monotonicSeconds();
    try {
      return await work();
    } finally {
      this.stageTook(stage, this.#monotonicSeconds() - start);
    }
  }

  stageTook(stage: Stage, seconds: number): void {
    this.#stages[stage].observe(seconds);
  }

  labelReceived(result: LabelResult): void {
    this.#labels[result]++;
  }

  /** @param seconds from the prediction to its label; below 0 when the label came first, which counts as 0. */
  labelDelayed(seconds: number): void {
    this.#labelDelay.observe(Math.max(0, seconds));
  }

  predictionsEvicted(evicted: { readonly age: number; readonly size: number; readonly bytes: number }): void {
    this.#evicted.age += evicted.age;
    this.#evicted.size += evicted.size;
    this.#evicted.bytes += evicted.bytes;
  }

  /** Too many others waited for the disk. */
  predictionNotKept(): void {
    this.#evicted.backlog++;
  }

  storeFailed(error: unknown): void {
    this.#storeErrors[(error as NodeJS.ErrnoException)?.code === "ENOSPC" ? "no_space" : "failed"]++;
  }

  /** Asked at every scrape, so that it must be cheap. */
  watchState(degraded: () => boolean): void {
    this.#stateDegraded = degraded;
  }

  /** The table that replicas share did not take something, so this replica's own did. */
  fellBack(reason: SharedStoreFault): void {
    this.#sharedFallbacks[reason]++;
  }

  labelLost(): void {
    this.#sharedLost++;
  }

  pressureEntered(level: "soft" | "hard"): void {
    this.#memoryPressure[level]++;
  }

  snapshotSaved(timeSeconds: number): void {
    this.#snapshot = { failures: this.#snapshot.failures, savedSeconds: timeSeconds };
  }

  snapshotFailed(): void {
    this.#snapshot = { ...this.#snapshot, failures: this.#snapshot.failures + 1 };
  }

  snapshotRejected(reason: SnapshotRejectReason): void {
    this.#snapshotsRejected[reason]++;
  }

  configLoaded(timeSeconds: number): void {
    this.#reload = { successful: true, succeededSeconds: timeSeconds };
  }

  configRefused(): void {
    this.#reload = { ...this.#reload, successful: false };
  }

  httpRefused(reason: HttpRefusalReason): void {
    this.#httpRefused[reason]++;
  }

  /** @param certificateEndsSeconds Unix time; absent without TLS. */
  accessRead(certificateEndsSeconds?: number): void {
    const { failures } = this.#access;
    this.#access = {
      successful: true,
      failures,
      ...(certificateEndsSeconds !== undefined && { certificateEndsSeconds }),
    };
  }

  accessRefused(): void {
    this.#access = { ...this.#access, successful: false, failures: this.#access.failures + 1 };
  }

  galleryRemoved(reason: GalleryRemovalReason): void {
    this.#galleryRemoved[reason]++;
  }

  predictionForgotten(): void {
    this.#predictionsForgotten++;
  }

  tapCounters(counters: TapCounters): void {
    this.#tap = { counters, atSeconds: this.#monotonicSeconds() };
  }

  snapshot(): TelemetrySnapshot {
    return {
      exchanges: this.#exchanges,
      exchangesDropped: this.#exchangesDropped,
      predictionsRejected: this.#predictionsRejected,
      imagesSeen: this.#imagesSeen,
      imagesSelected: this.#imagesSelected,
      imagesAnalysed: this.#imagesAnalysed,
      imagesDropped: this.#imagesDropped,
      ...(this.#imagesSeen > 0 && { lastImageSeconds: this.#lastImageSeconds }),
      stages: this.#stages,
      labels: this.#labels,
      labelDelay: this.#labelDelay,
      evicted: this.#evicted,
      storeErrors: this.#storeErrors,
      sharedFallbacks: this.#sharedFallbacks,
      sharedLost: this.#sharedLost,
      memoryPressure: this.#memoryPressure,
      ...(this.#stateDegraded && { stateDegraded: this.#stateDegraded() }),
      snapshot: this.#snapshot,
      snapshotsRejected: this.#snapshotsRejected,
      reload: this.#reload,
      httpRefused: this.#httpRefused,
      access: this.#access,
      galleryRemoved: this.#galleryRemoved,
      predictionsForgotten: this.#predictionsForgotten,
      ...(this.#tap && {
        tap: { counters: this.#tap.counters, ageSeconds: this.#monotonicSeconds() - this.#tap.atSeconds },
      }),
    };
  }
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
