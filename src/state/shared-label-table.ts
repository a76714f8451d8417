import { createHash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Label } from "../core/label.ts";
import { SharedStoreError } from "../core/shared-store.ts";
import {
  classOfLabel,
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
import type { ValkeyClient, ValkeyRead } from "./valkey-client.ts";

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

/**
 * The label join of all replicas, in one Valkey or Redis. One key an id: its value is a prediction, the first id of one, or a label that waits.
 * An operation reads, decides as the local table does, and writes if nothing changed meanwhile; else it starts anew. Records end by their
 * time to live. Operations on the same id keep the order of the calls; those of several replicas come to what some order would.
 *
 * Keys carry a hash of the model's name and class list: a class index means nothing to replicas that have other lists.
 *
 * Both operations reject with SharedStoreError, and with StoreBehindError when too many wait already.
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
      return { reads: found, plan: planRemember(ids, prediction, early, this.#options.rules) };
    });
  }

  label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<Joined> {
    const { classes, rules } = this.#options;
    const classIndex = classOfLabel(label, classes, rules);
    return this.#settled("labels", [label.id], async () => {
      const own = await this.#read(label.id);
      const target = typeof own.record === "string" ? await this.#read(own.record) : undefined;
      const prediction = [own, target].map((found) => found?.record).find((record) => typeof record === "object");
      const waiting = typeof own.record === "number" ? own.record : undefined;
      const plan = planLabel(label.id, classIndex, { prediction, waiting, proven, nowSeconds }, rules);
      return { reads: target ? [own, target] : [own], plan };
    });
  }

  #settled<Result>(
    lane: Lane,
    ids: readonly string[],
    attempt: (number: number) => Promise<{ readonly reads: readonly Found[]; readonly plan: JoinPlan<Result> }>,
  ): Promise<Result> {
    const operation = async (): Promise<Result> => {
      for (let number = 0; number < MOST_ATTEMPTS; number++) {
        const { reads, plan } = await attempt(number);
        if (await this.#write(reads, plan)) return plan.joined;
      }
      throw new SharedStoreError("lost_race");
    };
    return this.#inOrder.run(ids, () => this.#turnstile.run(lane, operation));
  }

  async #read(id: string): Promise<Found> {
    const key = this.#key(id);
    const value = await this.#client.get(key);
    return { key, value, record: value === undefined ? undefined : decodeRecord(id, value) };
  }

  /** A label that waited needs no deletion: the prediction, or the alias, takes its key. */
  async #write(reads: readonly ValkeyRead[], { changes }: JoinPlan<unknown>): Promise<boolean> {
    const nowSeconds = this.#options.clock.nowSeconds();
    const writes = changes
      .filter(({ value, endSeconds }) => value !== undefined && endSeconds > nowSeconds)
      .map(({ id, value, endSeconds }) => ({
        key: this.#key(id),
        value: encodeRecord(value as SharedRecord),
        milliseconds: Math.ceil((endSeconds - nowSeconds) * 1_000),
      }));
    return writes.length === 0 || this.#client.compareAndSet(reads, writes);
  }

  #key(id: string): string {
    return this.#prefix + id;
  }
}
