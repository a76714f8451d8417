import { decodePlain, encodePlain, type PlainState } from "../core/codec.ts";
import type { Label } from "../core/label.ts";
import type { Store } from "../core/store.ts";
import { classIndexOf } from "../intake/class-index.ts";
import { type ConflictPolicy, decideLabel, type LabelDecision } from "../performance/label-decision.ts";

/** What is remembered of a prediction until its label comes, and after that to know a label that comes again. */
export interface PendingPrediction {
  readonly id: string;
  readonly timeSeconds: number;
  readonly weight: number;
  readonly classIndex: number;
  /** NaN without a score; so is the next. */
  readonly confidence: number;
  readonly calibratedConfidence: number;
  readonly modelVersion: string;
  /** Class index of the label that counts now. */
  readonly labelledAs?: number;
}

/** What a label did, and to which prediction. */
export interface Joined extends LabelDecision {
  readonly prediction?: PendingPrediction;
}

export interface LabelTableOptions {
  readonly keepSeconds: number;
  readonly keepEarlySeconds: number;
  readonly onConflict: ConflictPolicy;
  /** other: a label outside the class list says that the prediction was wrong; reject: it is a mistake of the sender. */
  readonly unknownClass: "other" | "reject";
}

interface EarlyLabel {
  readonly classIndex: number;
}

/**
 * Joins labels with predictions by any of their ids, whichever comes first. One prediction is kept under its first id; its other
 * ids point there. Operations run one after the other, so a label and its prediction that come at once still meet.
 */
export class LabelTable {
  readonly #store: Store;
  readonly #classes: readonly string[];
  readonly #options: LabelTableOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, classes: readonly string[], options: LabelTableOptions) {
    this.#store = store;
    this.#classes = classes;
    this.#options = options;
  }

  /** Keeps a prediction under its ids; a label that waits for it is joined at once. */
  remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined> {
    return this.#inTurn(async () => {
      const expiresAtSeconds = prediction.timeSeconds + this.#options.keepSeconds;
      const early = await this.#takeEarly(ids);
      const kept = early === undefined ? prediction : { ...prediction, labelledAs: early.classIndex };
      const [first = "", ...aliases] = ids;
      await Promise.all([
        this.#store.put(predictionKey(first), encodePlain(toPlain(kept)), expiresAtSeconds),
        ...aliases.map((alias) => this.#store.put(aliasKey(alias), encodePlain(first), expiresAtSeconds)),
      ]);
      return early && { result: "matched", prediction: kept, count: early.classIndex };
    });
  }

  label(label: Label, nowSeconds: number): Promise<Joined> {
    const classIndex = this.#classIndexOf(label);
    return this.#inTurn(async () => {
      const prediction = classIndex === undefined ? undefined : await this.#find(label.id);
      const waiting = prediction ? undefined : (await this.#early(label.id))?.classIndex;
      const facts = {
        classIndex,
        ...(prediction && { prediction }),
        ...(waiting !== undefined && { waiting }),
        nowSeconds,
      };
      const decision = decideLabel({ ...facts, ...this.#options });
      await this.#carryOut(decision, label.id, prediction, nowSeconds);
      return { ...decision, ...(prediction && { prediction }) };
    });
  }

  #classIndexOf({ label }: Label): number | undefined {
    const index = classIndexOf(label, this.#classes);
    return index === this.#classes.length && this.#options.unknownClass === "reject" ? undefined : index;
  }

  async #find(id: string): Promise<PendingPrediction | undefined> {
    const own = await this.#store.get(predictionKey(id));
    if (own) return decodePlain(own) as unknown as PendingPrediction;
    const alias = await this.#store.get(aliasKey(id));
    const target = alias && (await this.#store.get(predictionKey(decodePlain(alias) as string)));
    return target && (decodePlain(target) as unknown as PendingPrediction);
  }

  async #carryOut(
    decision: LabelDecision,
    id: string,
    prediction: PendingPrediction | undefined,
    nowSeconds: number,
  ): Promise<void> {
    if (decision.wait !== undefined) {
      const early: EarlyLabel = { classIndex: decision.wait };
      await this.#store.put(earlyKey(id), encodePlain(toPlain(early)), nowSeconds + this.#options.keepEarlySeconds);
    }
    if (prediction && decision.count !== undefined) {
      const labelled = toPlain({ ...prediction, labelledAs: decision.count });
      await this.#store.put(
        predictionKey(prediction.id),
        encodePlain(labelled),
        prediction.timeSeconds + this.#options.keepSeconds,
      );
    }
  }

  async #early(id: string): Promise<EarlyLabel | undefined> {
    const stored = await this.#store.get(earlyKey(id));
    return stored && (decodePlain(stored) as unknown as EarlyLabel);
  }

  async #takeEarly(ids: readonly string[]): Promise<EarlyLabel | undefined> {
    for (const id of ids) {
      const early = await this.#early(id);
      if (!early) continue;
      await this.#store.delete(earlyKey(id));
      return early;
    }
    return undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Interfaces have no index signature, but these are plain objects. */
const toPlain = (record: PendingPrediction | EarlyLabel): PlainState => ({ ...record });
const predictionKey = (id: string): string => `p:${id}`;
const aliasKey = (id: string): string => `a:${id}`;
const earlyKey = (id: string): string => `e:${id}`;
