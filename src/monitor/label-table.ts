import { decodePlain, encodePlain, type PlainState } from "../core/codec.ts";
import type { Label } from "../core/label.ts";
import { type Change, type Store, StoreBehindError } from "../core/store.ts";
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
  /** Its other ids, so that all of them can be forgotten. Absent when there are none. */
  readonly aliases?: readonly string[];
}

/** What was removed, and under which ids. */
export interface ForgottenPrediction {
  readonly ids: readonly string[];
  readonly prediction?: PendingPrediction;
  readonly earlyLabels: number;
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

/** Operations that may wait for the disk at a time, each some 500 bytes; labels, because one request may bring as many. */
const MOST_WAITING = { predictions: 10_000, labels: 100_000 } as const;

/**
 * Joins labels with predictions by any of their ids, whichever comes first. One prediction is kept under its first id; its other
 * ids point there. An operation reads, decides and writes in one go, so operations take effect in the order of the calls and a label and
 * its prediction that come at once still meet. Only its answer waits for the disk, together with all others that came meanwhile.
 *
 * Both operations reject when the store fails, and with StoreBehindError, having done nothing, when too many wait for the disk already.
 */
export class LabelTable {
  readonly #store: Store;
  readonly #classes: readonly string[];
  readonly #options: LabelTableOptions;
  readonly #waiting = { predictions: 0, labels: 0 };

  constructor(store: Store, classes: readonly string[], options: LabelTableOptions) {
    this.#store = store;
    this.#classes = classes;
    this.#options = options;
  }

  /** Keeps a prediction under its ids; a label that waits for it is joined at once. */
  async remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined> {
    this.#refuseWhenBehind("predictions");
    const [first = "", ...aliases] = ids;
    const expiresAtSeconds = prediction.timeSeconds + this.#options.keepSeconds;
    const early = this.#firstEarly(ids);
    const kept = {
      ...prediction,
      ...(aliases.length > 0 && { aliases }),
      ...(early && { labelledAs: early.label.classIndex }),
    };
    await this.#write("predictions", [
      { key: predictionKey(first), value: encodePlain(toPlain(kept)), expiresAtSeconds },
      ...aliases.map((alias) => ({ key: aliasKey(alias), value: encodePlain(first), expiresAtSeconds })),
      ...(early ? [{ key: earlyKey(early.id) }] : []),
    ]);
    return early && { result: "matched", prediction: kept, count: early.label.classIndex };
  }

  async label(label: Label, nowSeconds: number): Promise<Joined> {
    this.#refuseWhenBehind("labels");
    const classIndex = this.#classIndexOf(label);
    const prediction = classIndex === undefined ? undefined : this.#find(label.id);
    const waiting = prediction ? undefined : this.#early(label.id)?.classIndex;
    const facts = {
      classIndex,
      ...(prediction && { prediction }),
      ...(waiting !== undefined && { waiting }),
      nowSeconds,
    };
    const decision = decideLabel({ ...facts, ...this.#options });
    // Also without changes: a duplicate must not be told that all is well before the first one is on disk.
    await this.#write("labels", this.#changesOf(decision, label.id, prediction, nowSeconds));
    return { ...decision, ...(prediction && { prediction }) };
  }

  /** Removes the prediction of an id with all its ids, and the labels that wait for one of them. */
  async forget(id: string): Promise<ForgottenPrediction> {
    this.#refuseWhenBehind("labels");
    const prediction = this.#find(id);
    const aliases = prediction?.aliases ?? [];
    const ids = [...new Set([id, ...(prediction ? [prediction.id] : []), ...aliases])];
    const earlyLabels = ids.filter((each) => this.#early(each)).length;
    await this.#write("labels", [
      ...(prediction ? [{ key: predictionKey(prediction.id) }] : []),
      ...ids.flatMap((each) => [{ key: aliasKey(each) }, { key: earlyKey(each) }]),
    ]);
    return { ids, ...(prediction && { prediction }), earlyLabels };
  }

  #classIndexOf({ label }: Label): number | undefined {
    const index = classIndexOf(label, this.#classes);
    return index === this.#classes.length && this.#options.unknownClass === "reject" ? undefined : index;
  }

  #find(id: string): PendingPrediction | undefined {
    const own = this.#store.get(predictionKey(id));
    if (own) return decodePlain(own) as unknown as PendingPrediction;
    const alias = this.#store.get(aliasKey(id));
    const target = alias && this.#store.get(predictionKey(decodePlain(alias) as string));
    return target && (decodePlain(target) as unknown as PendingPrediction);
  }

  #changesOf(
    { wait, count }: LabelDecision,
    id: string,
    prediction: PendingPrediction | undefined,
    nowSeconds: number,
  ): readonly Change[] {
    if (wait !== undefined) {
      const value = encodePlain(toPlain({ classIndex: wait }));
      return [{ key: earlyKey(id), value, expiresAtSeconds: nowSeconds + this.#options.keepEarlySeconds }];
    }
    if (!prediction || count === undefined) return [];
    const value = encodePlain(toPlain({ ...prediction, labelledAs: count }));
    const expiresAtSeconds = prediction.timeSeconds + this.#options.keepSeconds;
    return [{ key: predictionKey(prediction.id), value, expiresAtSeconds }];
  }

  #early(id: string): EarlyLabel | undefined {
    const stored = this.#store.get(earlyKey(id));
    return stored && (decodePlain(stored) as unknown as EarlyLabel);
  }

  #firstEarly(ids: readonly string[]): { readonly id: string; readonly label: EarlyLabel } | undefined {
    for (const id of ids) {
      const label = this.#early(id);
      if (label) return { id, label };
    }
    return undefined;
  }

  #refuseWhenBehind(kind: keyof typeof MOST_WAITING): void {
    if (this.#waiting[kind] >= MOST_WAITING[kind]) throw new StoreBehindError();
  }

  async #write(kind: keyof typeof MOST_WAITING, changes: readonly Change[]): Promise<void> {
    this.#waiting[kind] += 1;
    try {
      await this.#store.write(changes);
    } finally {
      this.#waiting[kind] -= 1;
    }
  }
}

/** Interfaces have no index signature, but these are plain objects. */
const toPlain = (record: PendingPrediction | EarlyLabel): PlainState => ({ ...record });
const predictionKey = (id: string): string => `p:${id}`;
const aliasKey = (id: string): string => `a:${id}`;
const earlyKey = (id: string): string => `e:${id}`;
