import type { Cause } from "../core/assessment.ts";
import { classMixCause, oneClassCause } from "./class-causes.ts";
import { type ExplainInput, gatherEvidence } from "./evidence.ts";
import { accuracyCause, confidenceCause } from "./model-causes.ts";
import { newRegionCause } from "./new-region-cause.ts";
import { statisticCauses } from "./statistic-cause.ts";

export type { ExplainInput, StatisticWords } from "./evidence.ts";

/** More are noise to a reader. */
const MOST_CAUSES = 6;

export interface Explanation {
  /** Largest share of the drift first; empty without drift. */
  readonly causes: readonly Cause[];
  /** The images drifted in a way that neither class shares nor one fault of the camera explains. */
  readonly newContent: boolean;
}

/**
 * Why the window differs from the reference. The embedding drift S is split in two: 1 − res/S is explained by class shares (performance/label-fit.ts),
 * the rest is divided over faults that image statistics show (statistic-cause.ts) and what is unaccounted for. The shares of one class, of
 * confidence and of accuracy are other views of the same drift and may overlap with these.
 */
export function explain(input: ExplainInput): Explanation {
  const evidence = gatherEvidence(input);
  const found = [
    newRegionCause(evidence),
    classMixCause(evidence),
    ...statisticCauses(evidence),
    oneClassCause(evidence),
    confidenceCause(evidence),
    accuracyCause(evidence),
  ].filter((cause) => cause !== undefined);
  return {
    causes: found.sort((a, b) => b.shareRatio - a.shareRatio).slice(0, MOST_CAUSES),
    newContent: evidence.newContent,
  };
}
