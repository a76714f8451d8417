import type { Assessment, Exemplar, HistoryPoint } from "../core/assessment.ts";
import type { PlainState } from "../core/codec.ts";
import type { LifetimeCounters } from "../core/counters.ts";
import type { Features } from "../core/features.ts";
import type { Label, LabelResult } from "../core/label.ts";
import type { Outcome } from "../core/prediction.ts";
import type { Store } from "../core/store.ts";
import { AnomalyJudge } from "../drift/image-anomaly.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import { ChunkLog, type WindowSpec } from "../profile/chunk-log.ts";
import type { Reference } from "../reference/load.ts";
import { assessWindow, type WindowContext } from "./assess-window.ts";
import { Exemplars } from "./exemplars.ts";
import { levelOfOneLook } from "./false-alarm-budget.ts";
import { History } from "./history.ts";
import { type ConflictPolicy, LabelTable } from "./label-table.ts";
import { Lifetime } from "./lifetime.ts";

/** Points of the curves on the page, over all windows. */
const HISTORY_POINTS = 1_440;
const NEAREST_REFERENCES = 3;

export interface MonitorOptions {
  readonly model: string;
  readonly modelVersion: string;
  /** K class names, the order of dense scores. */
  readonly classes: readonly string[];
  readonly reference?: Reference;
  readonly accuracyFloorRatio?: number;
  readonly windows: readonly WindowSpec[];
  readonly chunkSeconds: number;
  readonly chunkImages: number;
  readonly falseAlarmEveryDays: number;
  readonly labels: { readonly keepSeconds: number; readonly keepEarlySeconds: number; readonly onConflict: ConflictPolicy };
  readonly gallery: { readonly images: number; readonly keepSeconds: number };
}

export interface PredictionToRecord {
  readonly ids: readonly string[];
  readonly timeSeconds: number;
  readonly modelVersion: string;
  readonly outcome: Outcome;
  readonly weight: number;
}

/** The one stateful object: takes predictions, images and labels, and says how the model is. It holds and delegates. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #chunks: ChunkLog;
  readonly #labels: LabelTable;
  readonly #lifetime: Lifetime;
  readonly #exemplars: Exemplars;
  readonly #judge: AnomalyJudge | undefined;
  readonly #level: number;
  #history: History;
  #assessment: Assessment;

  constructor(options: MonitorOptions, store: Store) {
    const { reference, windows } = options;
    const statistics = STATISTICS.map(({ name }) => name);
    this.#options = options;
    this.#chunks = new ChunkLog({
      shape: { statistics, classCount: options.classes.length, components: reference?.projection.componentCount ?? 0 },
      chunkSeconds: options.chunkSeconds,
      chunkImages: options.chunkImages,
      retentionSeconds: retentionSeconds(windows),
    });
    this.#labels = new LabelTable(store, options.classes, options.labels);
    this.#lifetime = new Lifetime(options.classes, statistics, reference?.profile);
    this.#exemplars = new Exemplars({ imagesPerGroup: options.gallery.images, keepSeconds: options.gallery.keepSeconds });
    this.#judge = reference && new AnomalyJudge(reference.profile, STATISTICS);
    this.#level = levelOfOneLook(windows, { everyDays: options.falseAlarmEveryDays, imagesPerSecond: 1 });
    this.#history = new History(HISTORY_POINTS);
    this.#assessment = this.#assessed(0, []);
  }

  /** Counts a prediction and keeps it until its label comes; joins a label that came early. */
  async recordPrediction(prediction: PredictionToRecord): Promise<void> {
    const { ids, timeSeconds, modelVersion, outcome, weight } = prediction;
    const calibratedConfidence = this.#calibrated(outcome.confidence);
    const recorded = { id: ids[0] ?? "", timeSeconds, weight, outcome, calibratedConfidence };
    this.#chunks.live(timeSeconds).recordPrediction(recorded);
    this.#lifetime.countPrediction(recorded);
    const pending = { ...recorded, classIndex: outcome.classIndex, confidence: outcome.confidence, modelVersion };
    const early = await this.#labels.remember(ids, pending);
    if (early) this.#count(early);
  }

  recordImage(features: Features): void {
    const { reference } = this.#options;
    const projected = reference?.projection.project(features.embedding);
    const anomaly = projected && this.#judge?.judge(features, projected);
    this.#lifetime.countImage(features, projected, anomaly?.unusual ?? false);
    if (!reference || !projected || !anomaly) return;
    this.#chunks.live(features.timeSeconds).recordImage(features, projected, anomaly.unusual);
    this.#exemplars.offer({
      features,
      projected,
      anomaly,
      predictedClass: this.#className(features.outcome?.classIndex),
      nearestReference: reference.exemplars.nearest(projected, NEAREST_REFERENCES),
    });
  }

  /** Joins a label with its prediction. Rejects only when the store fails. */
  async label(label: Label, nowSeconds: number): Promise<LabelResult> {
    const joined = await this.#labels.label(label, nowSeconds);
    this.#count(joined);
    return joined.result;
  }

  /** Recomputes every window. Called on a timer, never by a scrape. */
  assess(nowSeconds: number): Assessment {
    this.#chunks.advance(nowSeconds);
    const context: WindowContext = { ...this.#options, level: this.#level };
    const windows = this.#options.windows.map((spec) => assessWindow(spec.name, this.#chunks.window(spec, nowSeconds), context));
    this.#history.add(nowSeconds, windows);
    this.#assessment = this.#assessed(nowSeconds, windows);
    return this.#assessment;
  }
}
