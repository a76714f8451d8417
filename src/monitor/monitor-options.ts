import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Reference } from "../reference/load.ts";
import type { ExemplarOptions } from "./exemplars.ts";
import type { FalseAlarmBudget } from "./false-alarm-budget.ts";
import type { LabelRules } from "./label-join.ts";

export interface MonitorOptions {
  readonly model: string;
  readonly modelVersion: string;
  /** K class names, in the order of dense scores. */
  readonly classes: readonly string[];
  readonly reference?: Reference;
  readonly accuracyFloorRatio?: number;
  readonly windows: readonly WindowSpec[];
  readonly chunkSeconds: number;
  readonly chunkImages: number;
  readonly budget: FalseAlarmBudget;
  readonly labels: LabelRules;
  /** Whether labels of other replicas' predictions come here, and labels of its own go there. */
  readonly oneOfMany?: boolean;
  readonly gallery: ExemplarOptions;
}
