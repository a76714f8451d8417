import type { Cause } from "../core/assessment.ts";
import { classMixCause, oneClassCause } from "./class-causes.ts";
import { type ExplainInput, gatherEvidence } from "./evidence.ts";
import { frozenCause } from "./frozen-cause.ts";
import { accuracyCause, confidenceCause } from "./model-causes.ts";
import { newRegionCause } from "./new-region-cause.ts";
import { statisticCauses } from "./statistic-cause.ts";

export type { ExplainInput, StatisticWords } from "./evidence.ts";

/** More are noise to a reader. */
const MOST_CAUSES = 6;

export interface Explanation {
  /** What to act on first comes first; empty without drift. */
  readonly causes: readonly Cause[];
  /** The images drifted in a way that neither class shares nor one fault of the camera explains. */
  readonly newContent: boolean;
}

/**
 * Why the window differs from the reference. The embedding drift S is split in two: 1 − res/S is explained by class shares (performance/label-fit.ts),
 * the rest is divided over faults that image statistics show (statistic-cause.ts) and what is unaccounted for. New content comes first: what
 * statistics show of it describes it and does not explain it. One class, confidence and accuracy come last: they are other views of the same
 * drift, and their shares overlap with the rest.
 */
export function explain(input: ExplainInput): Explanation {
  const evidence = gatherEvidence(input);
  const causes = [
    ...ranked([frozenCause(evidence), newRegionCause(evidence)]),
    ...ranked([classMixCause(evidence), ...statisticCauses(evidence)]),
    ...ranked([oneClassCause(evidence), confidenceCause(evidence), accuracyCause(evidence)]),
  ];
  return { causes: causes.slice(0, MOST_CAUSES), newContent: evidence.newContent };
}

function ranked(causes: readonly (Cause | undefined)[]): Cause[] {
  return causes.filter((cause) => cause !== undefined).sort((a, b) => b.shareRatio - a.shareRatio);
}
