import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import type { Telemetry } from "../metrics/self.ts";
import { FallbackLabels } from "../monitor/fallback-labels.ts";
import type { LabelJoin, LabelRules } from "../monitor/label-join.ts";
import { LabelTable } from "../monitor/label-table.ts";
import { SharedLabelTable } from "../state/shared-label-table.ts";
import type { ValkeyClient } from "../state/valkey-client.ts";

/** Where predictions wait for their labels: this replica's own store, and the one that all replicas share. */
export interface LabelStores {
  readonly own: Store;
  readonly shared: ValkeyClient | undefined;
}

export function labelRules({ labels }: Config): LabelRules {
  return {
    keepSeconds: labels.keepPredictions,
    keepEarlySeconds: labels.keepEarlyLabels,
    onConflict: labels.onConflict,
    unknownClass: labels.unknownClass,
  };
}

/** The join of a core: over its own store, or over the shared one with its own to fall back to. */
export function labelJoin(
  config: Config,
  classes: readonly string[],
  { own, shared }: LabelStores,
  telemetry: Telemetry,
  clock: Clock,
): LabelJoin {
  const rules = labelRules(config);
  const table = new LabelTable(own, classes, rules);
  if (!shared || !config.labels.shared) return table;
  const { keyPrefix } = config.labels.shared;
  const options = { keyPrefix, model: config.model.name, classes, rules, clock };
  return new FallbackLabels(new SharedLabelTable(shared, options), table, telemetry);
}
