import type { Assessment } from "../core/assessment.ts";
import type { Label, LabelResult } from "../core/label.ts";
import type { ChunkLog } from "../profile/chunk-log.ts";
import { AwaitingCount, type AwaitingCountState } from "./awaiting-count.ts";
import type {
  ForgottenPrediction,
  Joined,
  LabelJoin,
  LabelRules,
  PendingPrediction,
  ProvenPrediction,
} from "./label-join.ts";
import { LabelTimes, type LabelTimesState } from "./label-times.ts";
import type { Lifetime } from "./lifetime.ts";

export interface LabelReceipt {
  readonly result: LabelResult;
  /** From the prediction to its label; absent while nothing was joined. */
  readonly delaySeconds?: number;
}

export interface LabelBooksState {
  readonly awaiting: AwaitingCountState;
  /** Absent in states of before they were kept. */
  readonly labelTimes?: LabelTimesState;
}

export interface LabelBooksOptions {
  readonly rules: LabelRules;
  /** Whether labels of other replicas' predictions come here, and labels of its own go there. */
  readonly oneOfMany: boolean;
}

/** Counts what the label join comes to: at arrival for Prometheus, and in the chunk of the prediction for the windows. */
export class LabelBooks {
  readonly #join: LabelJoin;
  readonly #chunks: ChunkLog;
  readonly #lifetime: Lifetime;
  readonly #keepSeconds: number;
  readonly #awaiting: AwaitingCount;
  readonly #times = new LabelTimes();

  constructor(join: LabelJoin, chunks: ChunkLog, lifetime: Lifetime, { rules, oneOfMany }: LabelBooksOptions) {
    this.#join = join;
    this.#chunks = chunks;
    this.#lifetime = lifetime;
    this.#keepSeconds = rules.keepSeconds;
    this.#awaiting = new AwaitingCount(rules.keepSeconds, oneOfMany);
  }

  /** Keeps a prediction until its label comes. Rejects when the store fails or is behind. */
  remember(ids: readonly string[], prediction: PendingPrediction): Promise<void> {
    const { timeSeconds } = prediction;
    this.#awaiting.add(timeSeconds, 1);
    return this.#join.remember(ids, prediction).then(
      (joined) => joined && this.#count(joined),
      (error) => {
        this.#awaiting.add(timeSeconds, -1);
        throw error;
      },
    );
  }

  /** Rejects only when the store fails. */
  async label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<LabelReceipt> {
    const joined = await this.#join.label(label, nowSeconds, proven);
    this.#count(joined);
    const { result, prediction } = joined;
    const delaySeconds = prediction && (label.timeSeconds ?? nowSeconds) - prediction.timeSeconds;
    if (result !== "unknown_class") this.#times.received(nowSeconds, delaySeconds);
    return { result, ...(delaySeconds !== undefined && { delaySeconds }) };
  }

  /** Removes the prediction of an id and the label that waits for it. Rejects when the store fails. */
  async forget(id: string): Promise<ForgottenPrediction> {
    const forgotten = await this.#join.forget(id);
    const { prediction } = forgotten;
    if (prediction && prediction.labelledAs === undefined) this.#awaiting.add(prediction.timeSeconds, -1);
    return forgotten;
  }

  /** The store gave up every key that would have ended before: the predictions in it wait no longer. */
  gaveUp(endedSeconds: number): void {
    this.#awaiting.forgetBefore(endedSeconds - this.#keepSeconds);
  }

  summary(nowSeconds: number): Assessment["labels"] {
    const awaiting = this.#awaiting.total(nowSeconds);
    const oldest = this.#awaiting.oldestSeconds();
    return {
      awaiting,
      ...(oldest !== undefined && { oldestAwaitingSeconds: Math.max(0, nowSeconds - oldest) }),
      ...this.#times.summary(),
    };
  }

  toState(): LabelBooksState {
    return { awaiting: this.#awaiting.toState(), labelTimes: this.#times.toState() };
  }

  restore({ awaiting, labelTimes }: LabelBooksState): void {
    this.#awaiting.restore(awaiting);
    if (labelTimes !== undefined) this.#times.restore(labelTimes);
  }

  #count({ prediction, count, takeBack }: Joined): void {
    if (!prediction || count === undefined) return;
    const { timeSeconds, classIndex, confidence, calibratedConfidence, weight, id } = prediction;
    const recorded = { id, timeSeconds, weight, outcome: { classIndex, confidence }, calibratedConfidence };
    if (takeBack === undefined) {
      this.#lifetime.countLabel(classIndex, count, calibratedConfidence, weight);
      this.#awaiting.add(timeSeconds, -1);
    } else this.#lifetime.countCorrection(classIndex, takeBack, count, weight);
    const chunk = this.#chunks.at(timeSeconds);
    if (takeBack !== undefined) chunk?.recordLabel(recorded, takeBack, -1);
    chunk?.recordLabel(recorded, count, 1);
  }
}
