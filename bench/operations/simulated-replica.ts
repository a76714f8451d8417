import type { ReferenceImage } from "../../src/core/features.ts";
import type { Store } from "../../src/core/store.ts";
import { Exposition } from "../../src/metrics/exposition.ts";
import { Telemetry } from "../../src/metrics/self.ts";
import type { Family } from "../../src/metrics/sheet.ts";
import { LabelTable } from "../../src/monitor/label-table.ts";
import { Monitor } from "../../src/monitor/monitor.ts";
import type { Reference } from "../../src/reference/load.ts";

export interface ReplicaOptions {
  readonly model: string;
  readonly modelVersion: string;
  readonly classes: readonly string[];
  /** Absent: the analyser runs without one, as it does when the file cannot be read. */
  readonly reference?: Reference;
  readonly accuracyFloorRatio: number;
  /** Predictions that wait for labels; given on to the replica that comes after a restart, as the file on disk is. */
  readonly store: Store;
}

const DAY_SECONDS = 86_400;
const RULES = {
  keepSeconds: 7 * DAY_SECONDS,
  keepEarlySeconds: 3_600,
  onConflict: "last",
  unknownClass: "reject",
} as const;

/**
 * One analyser in simulated time: the product's own monitor, telemetry and exposition, with the default windows. What pipeline.ts does with
 * an analysed image is done here without decoding, because the features are given.
 */
export class SimulatedReplica {
  readonly monitor: Monitor;
  readonly #telemetry = new Telemetry(() => 0);
  readonly #exposition = new Exposition({
    build: { version: "simulated", revision: "" },
    sampling: { predictionsRatio: 1, imagesRatio: 1 },
    maxClasses: 50,
    maxSeries: 3_000,
    statisticScores: [],
    tap: false,
    binEdges: false,
  });
  readonly #modelVersion: string;

  constructor({ store, ...options }: ReplicaOptions) {
    this.#modelVersion = options.modelVersion;
    this.monitor = new Monitor(
      {
        ...options,
        windows: [
          { name: "10m", durationSeconds: 600 },
          { name: "1h", durationSeconds: 3_600 },
          { name: "24h", durationSeconds: DAY_SECONDS },
        ],
        chunkSeconds: 60,
        chunkImages: 250,
        budget: { everySeconds: 30 * 86_400, imagesPerSecond: 5 },
        labels: RULES,
        gallery: { imagesPerGroup: 4, keepSeconds: 3_600 },
      },
      new LabelTable(store, options.classes, RULES),
    );
  }

  /** Every prediction counts; `image.weight` is that of the sampled image. */
  async take({ trueClass: _, ...image }: ReferenceImage): Promise<void> {
    const { ids, timeSeconds, outcome } = image;
    this.#telemetry.exchangeSeen();
    this.#telemetry.imageSeen(timeSeconds);
    if (outcome) {
      const prediction = { ids, timeSeconds, modelVersion: this.#modelVersion, outcome, weight: 1 };
      await this.monitor.recordPrediction(prediction);
    }
    this.#telemetry.imageSelected();
    this.monitor.recordImage(image);
    this.#telemetry.imageAnalysed();
  }

  async label(id: string, label: string, nowSeconds: number): Promise<void> {
    const { result, delaySeconds } = await this.monitor.label({ id, label }, nowSeconds);
    this.#telemetry.labelReceived(result);
    if (result === "matched" && delaySeconds !== undefined) this.#telemetry.labelDelayed(delaySeconds);
  }

  /** What /metrics would show now. */
  scrape(): Promise<Family[]> {
    return this.#exposition.families({
      assessment: this.monitor.assessment(),
      counters: this.monitor.counters(),
      telemetry: this.#telemetry.snapshot(),
      queue: { length: 0, capacity: 64 },
      embedderUp: true,
      logMessages: {},
    });
  }
}
