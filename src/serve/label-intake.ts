import { setImmediate as nextTurn } from "node:timers/promises";
import { VisionError } from "../core/errors.ts";
import type { Label } from "../core/label.ts";
import { StoreBehindError } from "../core/store.ts";
import type { ItemResult } from "../http/application.ts";
import type { ItemResult as Parsed } from "../intake/item-result.ts";
import type { Telemetry } from "../metrics/self.ts";
import type { TokenFault } from "../monitor/join-token.ts";
import type { ProvenPrediction } from "../monitor/label-join.ts";
import { TokenBucket } from "../sampling/token-bucket.ts";
import type { Core, Surroundings } from "./core.ts";

/** Labels joined in one turn of the event loop, so that thousands at once hold nothing else up. */
const LABELS_PER_TURN = 256;

const REFUSALS: Readonly<Record<TokenFault | "conflict" | "expired", string>> = {
  conflict: "another label came first, and labels.onConflict is `first`",
  expired: "its prediction is older than labels.keepPredictions",
  token_invalid: "the token is not one that was given out: send it back whole, as it came",
  token_unknown_key: "the token was signed with a key that is not in labels.token.keyFile",
  token_other_model: "the token belongs to another model or class list",
  token_expired: "the token is older than labels.token.keep",
};

/** Takes labels up to a rate, checks their tokens and says what became of each. */
export class LabelIntake {
  readonly #core: () => Core;
  readonly #telemetry: Telemetry;
  readonly #clock: Surroundings["clock"];
  readonly #budget: TokenBucket;

  constructor(core: () => Core, telemetry: Telemetry, clock: Surroundings["clock"]) {
    const { labelsPerSecond, labelsPerRequest } = core().config.limits;
    this.#core = core;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#budget = new TokenBucket(labelsPerSecond, Math.max(labelsPerSecond, labelsPerRequest));
  }

  /** One result an entry, in their order. Throws TOO_MANY_LABELS, having taken none, past limits.labelsPerSecond. */
  async takeAll(entries: readonly Parsed<Label>[]): Promise<readonly ItemResult[]> {
    this.#spend(entries.length);
    const results: Promise<ItemResult>[] = [];
    for (const [index, entry] of entries.entries()) {
      if (index > 0 && index % LABELS_PER_TURN === 0) await nextTurn();
      results.push("error" in entry ? Promise.resolve(malformed(index, entry.error)) : this.take(entry.item));
    }
    return Promise.all(results);
  }

  /** A store that fails loses this label: the sender is told, so it can send the label again. */
  async take(label: Label): Promise<ItemResult> {
    const nowSeconds = this.#clock.nowSeconds();
    const proven = this.#prove(label, nowSeconds);
    if (typeof proven === "string") {
      this.#telemetry.labelReceived(proven);
      return { id: label.id, accepted: false, result: proven, message: REFUSALS[proven] };
    }
    try {
      return await this.#join({ ...label, id: proven?.prediction.id ?? label.id }, nowSeconds, proven);
    } catch (error) {
      if (!(error instanceof StoreBehindError)) this.#telemetry.storeFailed(error);
      const message = `${(error as Error).message}; send it again later`;
      return { id: label.id, accepted: false, result: "store_failed", message };
    }
  }

  async #join(label: Label, nowSeconds: number, proven: ProvenPrediction | undefined): Promise<ItemResult> {
    const { monitor, classes } = this.#core();
    const { result, delaySeconds } = await monitor.label(label, nowSeconds, proven);
    this.#telemetry.labelReceived(result);
    if (delaySeconds !== undefined) this.#telemetry.labelDelayed(delaySeconds);
    if (result === "unknown_class") return { id: label.id, accepted: false, result, message: unknownClass(classes) };
    if (result in REFUSALS)
      return { id: label.id, accepted: false, result, message: REFUSALS[result as keyof typeof REFUSALS] };
    return { id: label.id, accepted: true, result };
  }

  /** Without `labels.token` a token is of no use; an id beside it still is. */
  #prove({ id, token }: Label, nowSeconds: number): ProvenPrediction | TokenFault | undefined {
    const { tokens } = this.#core();
    if (token === undefined || (!tokens && id !== "")) return undefined;
    return tokens?.verify(token, nowSeconds) ?? "token_unknown_key";
  }

  #spend(count: number): void {
    const nowSeconds = this.#clock.monotonicSeconds();
    if (this.#budget.take(nowSeconds, count)) return;
    const message = `${count} more labels are over limits.labelsPerSecond; none of them was taken.`;
    throw new VisionError("TOO_MANY_LABELS", message, { retryAfterSeconds: this.#budget.secondsUntil(count) });
  }
}

function malformed(index: number, error: string): ItemResult {
  return { id: "", accepted: false, result: "malformed", message: `item ${index} ${error}` };
}

function unknownClass(classes: readonly string[]): string {
  return `the label is not one of the model's classes: ${classes.slice(0, 20).join(", ")}`;
}
