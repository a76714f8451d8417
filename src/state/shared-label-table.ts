import { createHash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Label } from "../core/label.ts";
import { SharedStoreError } from "../core/shared-store.ts";
import {
  classOfLabel,
  type ForgottenPrediction,
  idsOf,
  type Joined,
  type JoinPlan,
  type LabelJoin,
  type LabelRules,
  type PendingPrediction,
  type ProvenPrediction,
  planLabel,
  planRemember,
} from "../monitor/label-join.ts";
import { InOrder } from "./in-order.ts";
import { decodeRecord, encodeRecord, type SharedRecord } from "./shared-record.ts";
import { type Lane, Turnstile } from "./turnstile.ts";
import type { ValkeyClient, ValkeyRead, ValkeyWrite } from "./valkey-client.ts";

/** Attempts to change a record before another replica changes it. */
const MOST_ATTEMPTS = 5;

export interface SharedTableOptions {
  readonly keyPrefix: string;
  readonly model: string;
  readonly classes: readonly string[];
  readonly rules: LabelRules;
  readonly clock: Clock;
}

/** A record as it was read, with its text, which must be the same when it is written. */
interface Found extends ValkeyRead {
  readonly record: SharedRecord | undefined;
}

/** What an operation comes to as long as nothing that it read has changed. */
interface Attempt<Result> {
  readonly reads: readonly Found[];
  readonly writes: readonly ValkeyWrite[];
  readonly joined: Result;
}

/**
 * The label join of all replicas, in one Valkey or Redis. One key an id: its value is a prediction, the first id of one, or a label that waits.
 * An operation reads, decides as the local table does, and writes if nothing changed meanwhile; else it starts anew. Records end by their
 * time to live. Operations on the same id keep the order of the calls; those of several replicas come to what some order would.
 *
 * Keys carry a hash of the model's name and class list: a class index means nothing to replicas that have other lists.
 *
 * All operations reject with SharedStoreError, and with StoreBehindError when too many wait already.
 */
export class SharedLabelTable implements LabelJoin {
  readonly #client: ValkeyClient;
  readonly #options: SharedTableOptions;
  readonly #prefix: string;
  readonly #turnstile = new Turnstile();
  readonly #inOrder = new InOrder();

  constructor(client: ValkeyClient, options: SharedTableOptions) {
    const { keyPrefix, model, classes } = options;
    const list = createHash("sha256").update(JSON.stringify(classes)).digest("hex").slice(0, 8);
    this.#client = client;
    this.#options = options;
    this.#prefix = `${keyPrefix}:${model}:${list}:`;
  }

  /** A new prediction takes one round trip: that nothing is known of its ids is tried, not asked. */
  remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined> {
    let found: Found[] = ids.map((id) => ({ key: this.#key(id), value: undefined, record: undefined }));
    return this.#settled("predictions", ids, async (attempt) => {
      if (attempt > 0) found = await Promise.all(ids.map((id) => this.#read(id)));
      const waiting = found.findIndex(({ record }) => typeof record === "number");
      const early = waiting < 0 ? undefined : { id: ids[waiting]!, classIndex: found[waiting]!.record as number };
      return this.#written(found, planRemember(ids, prediction, early, this.#options.rules));
    });
  }

  label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<Joined> {
    const { classes, rules } = this.#options;
    const classIndex = classOfLabel(label, classes, rules);
    return this.#settled("labels", [label.id], async () => {
      const { reads, prediction, waiting } = await this.#lookUp(label.id);
      return this.#written(reads, planLabel(label.id, classIndex, { prediction, waiting, proven, nowSeconds }, rules));
    });
  }

  forget(id: string): Promise<ForgottenPrediction> {
    return this.#settled("labels", [id], async () => {
      const { prediction } = await this.#lookUp(id);
      const ids = idsOf(id, prediction);
      const reads = await Promise.all(ids.map((each) => this.#read(each)));
      const earlyLabels = reads.filter(({ record }) => typeof record === "number").length;
      const writes = reads.map(({ key }) => ({ key, milliseconds: 0 }));
      return { reads, writes, joined: { ids, ...(prediction && { prediction }), earlyLabels } };
    });
  }

  #settled<Result>(
    lane: Lane,
    ids: readonly string[],
    attempt: (number: number) => Promise<Attempt<Result>>,
  ): Promise<Result> {
    const operation = async (): Promise<Result> => {
      for (let number = 0; number < MOST_ATTEMPTS; number++) {
        const { reads, writes, joined } = await attempt(number);
        if (writes.length === 0 || (await this.#client.compareAndSet(reads, writes))) return joined;
      }
      throw new SharedStoreError("lost_race");
    };
    return this.#inOrder.run(ids, () => this.#turnstile.run(lane, operation));
  }

  /** What an id leads to: its record, and the prediction's own where that is only another id. */
  async #lookUp(id: string): Promise<{ reads: readonly Found[]; prediction?: PendingPrediction; waiting?: number }> {
    const own = await this.#read(id);
    const target = typeof own.record === "string" ? await this.#read(own.record) : undefined;
    const reads = target ? [own, target] : [own];
    const prediction = reads.map(({ record }) => record).find((record) => typeof record === "object");
    return { reads, ...(prediction && { prediction }), ...(typeof own.record === "number" && { waiting: own.record }) };
  }

  async #read(id: string): Promise<Found> {
    const key = this.#key(id);
    const value = await this.#client.get(key);
    return { key, value, record: value === undefined ? undefined : decodeRecord(id, value) };
  }

  /** A label that waited needs no deletion: the prediction, or the alias, takes its key. */
  #written<Result>(reads: readonly Found[], { joined, changes }: JoinPlan<Result>): Attempt<Result> {
    const nowSeconds = this.#options.clock.nowSeconds();
    const writes = changes
      .filter((change) => change.value !== undefined)
      .filter(({ endSeconds }) => endSeconds > nowSeconds)
      .map(({ id, value, endSeconds }) => ({
        key: this.#key(id),
        value: encodeRecord(value),
        milliseconds: Math.ceil((endSeconds - nowSeconds) * 1_000),
      }));
    return { reads, writes, joined };
  }

  #key(id: string): string {
    return this.#prefix + id;
  }
}
