import type { Label } from "../core/label.ts";
import { SharedStoreError, type SharedStoreFault } from "../core/shared-store.ts";
import type { ForgottenPrediction, Joined, LabelJoin, PendingPrediction, ProvenPrediction } from "./label-join.ts";
import type { LabelTable } from "./label-table.ts";

/** Labels kept for the shared table, some 500 bytes each; the oldest go first. */
const MOST_OWED = 10_000;

export interface FallbackReport {
  fellBack(reason: SharedStoreFault): void;
  /** A label was lost because too many wait for the shared table already. */
  labelLost(): void;
}

/**
 * The table of all replicas, and this replica's own one while the shared one fails: what it took then is found there by later labels. A label
 * whose prediction the own table does not know is owed to the shared one and can be tried again when that works.
 */
export class FallbackLabels implements LabelJoin {
  readonly #shared: LabelJoin;
  readonly #own: LabelTable;
  readonly #report: FallbackReport;
  #owed = new Map<string, Label>();

  constructor(shared: LabelJoin, own: LabelTable, report: FallbackReport) {
    this.#shared = shared;
    this.#own = own;
    this.#report = report;
  }

  remember(ids: readonly string[], prediction: PendingPrediction): Promise<Joined | undefined> {
    return this.#either(
      () => this.#shared.remember(ids, prediction),
      () => this.#own.remember(ids, prediction),
    );
  }

  async label(label: Label, nowSeconds: number, proven?: ProvenPrediction): Promise<Joined> {
    const inOwn = (): Promise<Joined> => this.#own.label(label, nowSeconds, proven);
    if (this.#own.knows(label.id)) return inOwn();
    return this.#either(
      async () => {
        const joined = await this.#shared.label(label, nowSeconds, proven);
        this.#owed.delete(label.id);
        return joined;
      },
      async () => {
        const joined = await inOwn();
        if (joined.wait !== undefined) this.owe(label);
        return joined;
      },
    );
  }

  /** In both tables, since a prediction of an outage may be in either. Rejects, and removes nothing, while the shared one fails: it could not be said to be gone. */
  async forget(id: string): Promise<ForgottenPrediction> {
    const shared = await this.#shared.forget(id);
    const own = await this.#own.forget(id);
    const ids = [...new Set([...own.ids, ...shared.ids])];
    for (const each of ids) this.#owed.delete(each);
    return { ...own, ...shared, ids, earlyLabels: own.earlyLabels + shared.earlyLabels };
  }

  /** Labels that wait for the shared table; who takes them gives them to `label` again. */
  takeOwed(): readonly Label[] {
    const owed = [...this.#owed.values()];
    this.#owed = new Map();
    return owed;
  }

  /** A correction takes the place of the label before it. */
  owe(label: Label): void {
    this.#owed.delete(label.id);
    this.#owed.set(label.id, label);
    const [oldest] = this.#owed.keys();
    if (this.#owed.size <= MOST_OWED || oldest === undefined) return;
    this.#owed.delete(oldest);
    this.#report.labelLost();
  }

  async #either<T>(inShared: () => Promise<T>, inOwn: () => Promise<T>): Promise<T> {
    try {
      return await inShared();
    } catch (error) {
      if (!(error instanceof SharedStoreError)) throw error;
      this.#report.fellBack(error.reason);
      return inOwn();
    }
  }
}
