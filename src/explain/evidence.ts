import type { DriftSignal, Realised } from "../core/assessment.ts";
import type { JudgedEstimate, LabelFit } from "../performance/estimator.ts";
import type { Profile } from "../profile/profile.ts";
import { groupShifts, type NamedShift, type ShiftGroup, touchesAll } from "./couplings.ts";
import { statisticShift } from "./statistic-shift.ts";

/** Words for a statistic; an `ImageStatistic` is one. */
export interface StatisticWords {
  readonly name: string;
  readonly unit: string;
  /** Complete "images are …" for a statistic that fell, and that rose. */
  readonly low: string;
  readonly high: string;
}

export interface ExplainInput {
  readonly window: Profile;
  readonly reference: Profile;
  readonly signals: readonly DriftSignal[];
  /** In the order of the Profiles' statistics. */
  readonly statistics: readonly StatisticWords[];
  readonly classes: readonly string[];
  readonly estimates: readonly JudgedEstimate[];
  readonly realised?: Realised;
  readonly referenceAccuracyRatio?: number;
}

/** What the causes are told from. */
export interface Evidence {
  readonly input: ExplainInput;
  readonly embeddingDrifts: boolean;
  readonly classMixDrifts: boolean;
  readonly confidenceDrifts: boolean;
  readonly labelFit?: LabelFit;
  /** Share of the embedding drift that no change of class shares explains, 0 to 1; 1 when it cannot be told. */
  readonly leftRatio: number;
  /** Statistics that drifted, as faults, strongest first. */
  readonly groups: readonly ShiftGroup[];
  readonly newContent: boolean;
}

/** Statistics that moved less mean nothing to a person, whatever their p-value. */
const LEAST_EFFECT = 0.3;
/** A fault explains the drift when it is at least this large and holds this share of all that statistics show. */
const FAULT_EFFECT = 0.5;
const FAULT_STRENGTH = 0.75;
const UNEXPLAINED_BELOW = 0.01;
/** Below this gate more than a quarter of the drift is not a matter of class shares. */
const NEW_BELOW_GATE = 0.5;

export function gatherEvidence(input: ExplainInput): Evidence {
  const drifts = (detector: string): boolean =>
    input.signals.some((signal) => signal.detector === detector && signal.subject === "all" && signal.drifting);
  const labelFit = input.estimates.find((estimate) => estimate.labelFit)?.labelFit;
  const groups = groupShifts(driftedStatistics(input));
  const embeddingDrifts = drifts("embedding_distance");
  return {
    input,
    embeddingDrifts,
    classMixDrifts: drifts("class_mix"),
    confidenceDrifts: drifts("confidence"),
    ...(labelFit && { labelFit }),
    leftRatio: leftOf(labelFit, embeddingDrifts),
    groups,
    newContent: embeddingDrifts && isUnexplained(labelFit) && !isOneFault(groups),
  };
}

function driftedStatistics({ window, reference, signals, statistics }: ExplainInput): NamedShift[] {
  const drifted = new Set(signals.filter(({ drifting }) => drifting).map(({ subject }) => subject));
  return statistics.flatMap(({ name }, index) => {
    const live = window.images.statistics[index];
    const before = reference.images.statistics[index];
    const shift = drifted.has(name) && live && before ? statisticShift(live, before) : undefined;
    return shift && Math.abs(shift.effect) >= LEAST_EFFECT ? [{ name, ...shift }] : [];
  });
}

function leftOf(labelFit: LabelFit | undefined, embeddingDrifts: boolean): number {
  if (!labelFit || !embeddingDrifts || !(labelFit.distance > 0)) return 1;
  return Math.min(1, Math.max(0, labelFit.residual / labelFit.distance));
}

function isUnexplained(labelFit: LabelFit | undefined): boolean {
  return labelFit !== undefined && labelFit.residualPValue < UNEXPLAINED_BELOW && labelFit.gate < NEW_BELOW_GATE;
}

/**
 * A fault of the camera touches every image and moves the statistics that go with it. New content comes beside the old, so that some images stay as
 * they were, or moves statistics that no fault moves together.
 */
function isOneFault(groups: readonly ShiftGroup[]): boolean {
  const [first] = groups;
  if (!first || Math.abs(first.leader.effect) < FAULT_EFFECT) return false;
  const whole = groups.reduce((sum, { strength }) => sum + strength, 0);
  return touchesAll(first.leader) && first.strength >= FAULT_STRENGTH * whole;
}
