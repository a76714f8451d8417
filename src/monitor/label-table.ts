import { decodePlain, encodePlain, type PlainState } from "../core/codec.ts";
import type { Label } from "../core/label.ts";
import { type Change, type Store, StoreBehindError } from "../core/store.ts";
import {
  classOfLabel,
  type ForgottenPrediction,
  idsOf,
  type Joined,
  type LabelJoin,
  type LabelRules,
  type PendingPrediction,
  type ProvenPrediction,
  planLabel,
  planRemember,
  type RecordChange,
} from "./label-join.ts";

interface EarlyLabel {
  readonly classIndex: number;
}

/** Operations that may wait for the disk at a time, each some 500 bytes; labels, because one request may bring as many. */
const MOST_WAITING = { predictions: 10_000, labels: 100_000 } as const;

/**
 * The label join of one process, over its own store. One prediction is kept under its first id; its other ids point there. An operation reads,
 * decides and writes in one go, so operations take effect in the order of the calls and a label and its prediction that come at once still
 * meet. Only its answer waits for the disk, together with all others that came meanwhile.
 *
 * Both operations reject when the store fails, and with StoreBehindError, having done nothing, when too many wait for the disk already.
 */
export class LabelTable implements LabelJoin {
  readonly #store: Store;
  readonly #classes: readonly string[];
  readonly #rules: LabelRules;
  readonly #waiting = { predictions: 0, labels: 0 };

  constructor(store: Store, classes: readonly string[], rules: LabelRules) {
    this.#store = store;
    this.#classes = classes;
    this.#rules = rules;
  }

  async remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined> {
    this.#refuseWhenBehind("predictions");
    const { joined, changes } = planRemember(ids, prediction, this.#firstEarly(ids), this.#rules);
    await this.#write("predictions", changes);
    return joined;
  }

  async label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<Joined> {
    this.#refuseWhenBehind("labels");
    const prediction = this.#find(label.id);
    const waiting = prediction ? undefined : this.#early(label.id)?.classIndex;
    const situation = { prediction, waiting, proven, nowSeconds };
    const { joined, changes } = planLabel(
      label.id,
      classOfLabel(label, this.#classes, this.#rules),
      situation,
      this.#rules,
    );
    // Also without changes: a duplicate must not be told that all is well before the first one is on disk.
    await this.#write("labels", changes);
    return joined;
  }

  /** Whether a prediction is kept under this id. */
  knows(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  async forget(id: string): Promise<ForgottenPrediction> {
    this.#refuseWhenBehind("labels");
    const prediction = this.#find(id);
    const ids = idsOf(id, prediction);
    const earlyLabels = ids.filter((each) => this.#early(each)).length;
    await this.#write(
      "labels",
      ids.flatMap((each) => RECORD_KINDS.map((kind) => ({ kind, id: each }))),
    );
    return { ids, ...(prediction && { prediction }), earlyLabels };
  }

  #find(id: string): PendingPrediction | undefined {
    const own = this.#store.get(predictionKey(id));
    if (own) return decodePlain(own) as unknown as PendingPrediction;
    const alias = this.#store.get(aliasKey(id));
    const target = alias && this.#store.get(predictionKey(decodePlain(alias) as string));
    return target && (decodePlain(target) as unknown as PendingPrediction);
  }

  #early(id: string): EarlyLabel | undefined {
    const stored = this.#store.get(earlyKey(id));
    return stored && (decodePlain(stored) as unknown as EarlyLabel);
  }

  #firstEarly(ids: readonly string[]): { readonly id: string; readonly classIndex: number } | undefined {
    for (const id of ids) {
      const label = this.#early(id);
      if (label) return { id, ...label };
    }
    return undefined;
  }

  #refuseWhenBehind(kind: keyof typeof MOST_WAITING): void {
    if (this.#waiting[kind] >= MOST_WAITING[kind]) throw new StoreBehindError();
  }

  async #write(kind: keyof typeof MOST_WAITING, changes: readonly RecordChange[]): Promise<void> {
    this.#waiting[kind] += 1;
    try {
      await this.#store.write(changes.map(toStored));
    } finally {
      this.#waiting[kind] -= 1;
    }
  }
}

function toStored(change: RecordChange): Change {
  const key = KEYS[change.kind](change.id);
  if (change.value === undefined) return { key };
  const { endSeconds: expiresAtSeconds } = change;
  if (change.kind === "alias") return { key, value: encodePlain(change.value), expiresAtSeconds };
  const record = change.kind === "prediction" ? change.value : { classIndex: change.value };
  return { key, value: encodePlain(toPlain(record)), expiresAtSeconds };
}

/** Interfaces have no index signature, but these are plain objects. */
const toPlain = (record: PendingPrediction | EarlyLabel): PlainState => ({ ...record });
const predictionKey = (id: string): string => `p:${id}`;
const aliasKey = (id: string): string => `a:${id}`;
const earlyKey = (id: string): string => `e:${id}`;
const KEYS = { prediction: predictionKey, alias: aliasKey, early: earlyKey } as const;
const RECORD_KINDS = Object.keys(KEYS) as readonly (keyof typeof KEYS)[];
