import { setImmediate as nextTurn } from "node:timers/promises";
import type { Assessment, WindowAssessment } from "../core/assessment.ts";
import type { PlainState } from "../core/codec.ts";
import type { LifetimeCounters } from "../core/counters.ts";
import type { Features } from "../core/features.ts";
import type { Label } from "../core/label.ts";
import type { Outcome } from "../core/prediction.ts";
import type { OnlineAlarm } from "../drift/online-alarm.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import { ChunkLog, type ChunkLogState } from "../profile/chunk-log.ts";
import { AlarmBooks, type AssessedWindow } from "./alarm-books.ts";
import type { AlarmLedgerState } from "./alarm-ledger.ts";
import { WindowAssessor } from "./assess-window.ts";
import { Exemplars } from "./exemplars.ts";
import { History, type HistoryState } from "./history.ts";
import { ImageJudge } from "./image-judge.ts";
import { LabelBooks, type LabelBooksState, type LabelReceipt } from "./label-books.ts";
import type { ForgottenPrediction, LabelJoin, PendingPrediction, ProvenPrediction } from "./label-join.ts";
import { Lifetime } from "./lifetime.ts";
import type { MonitorOptions } from "./monitor-options.ts";
import { onlineAlarm, summariseOnline } from "./online.ts";
import { retentionSeconds } from "./retention.ts";
import { summariseReference } from "./summaries.ts";
import { Thinning, type ThinningState } from "./thinning.ts";

export interface PredictionToRecord {
  readonly ids: readonly string[];
  readonly timeSeconds: number;
  readonly modelVersion: string;
  readonly outcome: Outcome;
  readonly weight: number;
}

interface MonitorState extends LabelBooksState {
  readonly version: 1;
  readonly chunks: ChunkLogState;
  readonly history: HistoryState;
  /** Absent without a reference. */
  readonly online?: PlainState;
  /** Absent without a reference and in states written before it was known. */
  readonly thinning?: ThinningState;
  readonly ledger?: AlarmLedgerState;
}

/** Points of the page's curves, over all windows. */
const HISTORY_POINTS = 1_440;
const NEAREST_REFERENCES = 3;

/** The one stateful object: takes predictions, images and labels, and says how the model is. It holds and delegates. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #chunks: ChunkLog;
  readonly #labels: LabelBooks;
  readonly #lifetime: Lifetime;
  readonly #exemplars: Exemplars;
  readonly #history: History = new History(HISTORY_POINTS);
  readonly #judge: ImageJudge | undefined;
  readonly #assessor: WindowAssessor;
  readonly #online: OnlineAlarm | undefined;
  readonly #thinning: Thinning | undefined;
  readonly #books: AlarmBooks;
  #assessment: Assessment;

  constructor(options: MonitorOptions, join: LabelJoin) {
    const { reference, windows, classes } = options;
    const statistics = STATISTICS.map(({ name }) => name);
    const confidenceEdges = reference?.profile.shape.confidenceEdges;
    this.#options = options;
    this.#chunks = new ChunkLog({
      shape: {
        statistics,
        classCount: classes.length,
        components: reference?.projection.componentCount ?? 0,
        ...(confidenceEdges && { confidenceEdges }),
      },
      chunkSeconds: options.chunkSeconds,
      chunkImages: options.chunkImages,
      retentionSeconds: retentionSeconds(windows),
    });
    this.#lifetime = new Lifetime(classes, statistics, reference);
    const rules = { rules: options.labels, oneOfMany: options.oneOfMany ?? false };
    this.#labels = new LabelBooks(join, this.#chunks, this.#lifetime, rules);
    this.#exemplars = new Exemplars(options.gallery);
    this.#judge = reference && new ImageJudge(reference);
    this.#assessor = new WindowAssessor(options);
    this.#online = reference && onlineAlarm(reference, options.budget);
    this.#thinning = reference && this.#online && new Thinning(reference, this.#online);
    this.#books = new AlarmBooks(options.budget, this.#online, this.#thinning);
    this.#assessment = this.#assessed(0, []);
  }

  /** Counts a prediction at once and keeps it until its label comes. Rejects when the store fails or is behind; it is counted all the same. */
  async recordPrediction(prediction: PredictionToRecord): Promise<void> {
    const { ids, timeSeconds, outcome, weight } = prediction;
    const kept = this.pendingOf(prediction);
    const recorded = { id: kept.id, timeSeconds, weight, outcome, calibratedConfidence: kept.calibratedConfidence };
    this.#chunks.live(timeSeconds).recordPrediction(recorded, this.#thinning?.prediction(outcome));
    this.#lifetime.countPrediction(recorded);
    // Not awaited: the scores would stay in memory until the disk has it.
    return this.#labels.remember(ids, kept);
  }

  /** What a label needs to know of a prediction. */
  pendingOf({ ids: [id = ""], timeSeconds, modelVersion, outcome, weight }: PredictionToRecord): PendingPrediction {
    const { classIndex, confidence } = outcome;
    const calibratedConfidence = this.#calibrated(confidence);
    return { id, timeSeconds, weight, classIndex, confidence, calibratedConfidence, modelVersion };
  }

  /** What the reference was built with; undefined without one. Another length must not be recorded: its numbers would be NaN. */
  get embeddingLength(): number | undefined {
    return this.#options.reference?.projection.dimensions;
  }

  recordImage(features: Features): void {
    const { reference, classes } = this.#options;
    const projected = reference?.projection.project(features.embedding);
    const anomaly = projected && this.#judge?.judge(features, projected);
    this.#lifetime.countImage(features, projected, anomaly?.unusual ?? false);
    if (!reference || !projected || !anomaly) return;
    const chunk = this.#chunks.live(features.timeSeconds);
    chunk.countImage(features.timeSeconds, anomaly.unusual);
    this.#online?.update(projected);
    const spacing = this.#thinning?.image();
    if (spacing !== undefined) chunk.measureImage(features, projected, spacing);
    this.#exemplars.offer({
      features,
      projected,
      anomaly,
      predictedClass: features.outcome ? (classes[features.outcome.classIndex] ?? "other") : "",
      nearestReference: () => reference.exemplars.nearest(projected, NEAREST_REFERENCES, features.outcome?.classIndex),
    });
  }

  /** Joins a label with its prediction. Rejects only when the store fails. */
  label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<LabelReceipt> {
    return this.#labels.label(label, nowSeconds, proven);
  }

  /**
   * Removes the prediction of an id, the label that waits for it and its images in the gallery. What it added to sums and samples of numbers stays:
   * nothing in there tells whose it was. Rejects when the store fails.
   */
  async forget(id: string, nowSeconds: number): Promise<ForgottenPrediction & { readonly galleryImages: number }> {
    const forgotten = await this.#labels.forget(id);
    const galleryImages = this.#exemplars.forget(forgotten.ids);
    if (galleryImages > 0) this.#assessment = { ...this.#assessment, exemplars: this.#exemplars.list(nowSeconds) };
    return { ...forgotten, galleryImages };
  }

  /** Images whose time is over leave the gallery, also between two assessments. */
  forgetOldImages(nowSeconds: number): void {
    this.#exemplars.forgetOld(nowSeconds);
  }

  /** The store gave up every key that would have ended before: the predictions in it wait no longer. */
  gaveUp(endedSeconds: number): void {
    this.#labels.gaveUp(endedSeconds);
  }

  /** Compares every window with the reference. Called on a timer, never by a scrape. */
  async assess(nowSeconds: number): Promise<void> {
    this.#chunks.advance(nowSeconds);
    const windows: AssessedWindow[] = [];
    const judgeable = this.#thinning?.judgeable ?? { images: false, predictions: false };
    for (const spec of this.#options.windows) {
      const profile = this.#chunks.window(spec, nowSeconds);
      windows.push({ profile, assessment: this.#assessor.assess({ spec, profile, nowSeconds, judgeable }) });
      // Requests are answered between two windows.
      await nextTurn();
    }
    this.#judge?.follow(windows);
    const assessed = windows.map(({ assessment }) => assessment);
    this.#books.look(nowSeconds, windows);
    this.#history.add(nowSeconds, assessed);
    this.#assessment = this.#assessed(nowSeconds, assessed);
  }

  /** The last one. */
  assessment(): Assessment {
    return this.#assessment;
  }

  counters(): LifetimeCounters {
    return this.#lifetime.counters();
  }

  thumbnail(key: string): Uint8Array | undefined {
    return this.#exemplars.thumbnail(key);
  }

  /** Empties the gallery, when its memory is needed. */
  forgetExemplars(): void {
    this.#exemplars.clear();
  }

  toState(): PlainState {
    const state: MonitorState = {
      version: 1,
      chunks: this.#chunks.toState(),
      history: this.#history.toState(),
      ...this.#labels.toState(),
      ...(this.#online && { online: this.#online.toState() }),
      ...(this.#thinning && { thinning: this.#thinning.toState() }),
      ledger: this.#books.toState(),
    };
    return state as unknown as PlainState;
  }

  /** Throws for a state of another version or shape, and is as before then. */
  restore(state: PlainState): void {
    const before = this.toState();
    try {
      this.#restore(state);
    } catch (error) {
      this.#restore(before);
      throw error;
    }
  }

  #restore(state: PlainState): void {
    const { version, chunks, history, online, thinning, ledger, ...labels } = state as unknown as MonitorState;
    if (version !== 1) throw new RangeError(`monitor state of version ${version}; this is version 1`);
    this.#chunks.restore(chunks);
    this.#history.restore(history);
    this.#labels.restore(labels);
    if (online !== undefined) this.#online?.restore(online);
    if (thinning !== undefined) this.#thinning?.restore(thinning);
    this.#books.restore(ledger);
  }

  #calibrated(confidence: number): number {
    const calibration = this.#options.reference?.calibration;
    return calibration && !Number.isNaN(confidence) ? calibration.apply(confidence) : Number.NaN;
  }

  #assessed(timeSeconds: number, windows: readonly WindowAssessment[]): Assessment {
    const { model, modelVersion, classes, reference, accuracyFloorRatio } = this.#options;
    return {
      timeSeconds,
      model,
      modelVersion,
      classes,
      reference: summariseReference(reference),
      ...(accuracyFloorRatio !== undefined && { accuracyFloorRatio }),
      windows,
      exemplars: this.#exemplars.list(timeSeconds),
      history: this.#history.points(),
      ...(this.#online && { online: summariseOnline(this.#online) }),
      ...(reference && { alarmBudget: this.#books.assessment(timeSeconds) }),
      labels: this.#labels.summary(timeSeconds),
    };
  }
}
