import type { DriftSignal, Realised } from "../core/assessment.ts";
import type { FaultMatch, FaultSignatures } from "../drift/fault-signatures.ts";
import type { JudgedEstimate, LabelFit } from "../performance/estimator.ts";
import type { Profile } from "../profile/profile.ts";
import { groupShifts, type NamedShift, type ShiftGroup, touchesAll } from "./couplings.ts";
import { isFrozen } from "./standing-still.ts";
import { type StatisticShift, statisticShift } from "./statistic-shift.ts";
import { short } from "./wording.ts";

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
  readonly faults?: Pick<FaultSignatures, "match">;
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
  /** Faults of the camera in whose directions most of the embedding drift lies. */
  readonly matched?: FaultMatch;
  readonly newContent: boolean;
  /** Every image is nearly the same. */
  readonly frozen: boolean;
}

/** Once a drift is found, what helps to explain it need not pass the budget of false alarms again. */
const EVIDENCE_BELOW = 1e-3;
/** Statistics that moved less mean nothing to a person, whatever their p-value. */
const LEAST_EFFECT = 0.3;
/** A fault explains the drift when it is at least this large and holds this share of all that statistics show. */
const FAULT_EFFECT = 0.5;
const FAULT_STRENGTH = 0.75;
/** … or when classes with this share of the predictions drift at least so far, compared with the whole. */
const TOUCHED_RATIO = 0.9;
const LEAST_OF_WHOLE = 0.5;
const UNEXPLAINED_BELOW = 0.01;
/** Faults of the camera whose directions hold this share of the embedding drift are its reason. */
const MATCHED_FROM = 0.5;
/** Below this gate more than a quarter of the drift is not a matter of class shares. */
const NEW_BELOW_GATE = 0.5;

export function gatherEvidence(input: ExplainInput): Evidence {
  const drifts = (detector: string): boolean =>
    input.signals.some((signal) => signal.detector === detector && signal.subject === "all" && signal.drifting);
  const labelFit = input.estimates.find((estimate) => estimate.labelFit)?.labelFit;
  const found = groupShifts(shiftsOf(input, ({ drifting }) => drifting));
  const groups = input.signals.some(({ drifting }) => drifting) ? groupShifts(shiftsOf(input, isEvidence)) : [];
  const embeddingDrifts = drifts("embedding_distance");
  const frozen = embeddingDrifts && isFrozen(input.window, input.reference);
  // A fault of the camera touches the images of every class, or else moves one group of statistics on every image. New content comes
  // beside the old: some classes and images stay as they were. All images new at once, with a statistic that moved, look like a fault.
  const matched = embeddingDrifts && !frozen ? matchedFaults(input) : undefined;
  const fault = matched !== undefined || (groups.length > 0 && (touchesAllClasses(input) || isOneFault(found)));
  return {
    input,
    embeddingDrifts,
    classMixDrifts: drifts("class_mix"),
    confidenceDrifts: drifts("confidence"),
    ...(labelFit && { labelFit }),
    leftRatio: leftOf(labelFit, embeddingDrifts),
    groups,
    ...(matched && { matched }),
    newContent: embeddingDrifts && isUnexplained(labelFit) && !frozen && !fault,
    frozen,
  };
}

function matchedFaults({ faults, signals, window }: ExplainInput): FaultMatch | undefined {
  const whole = signals.find(({ detector, subject }) => detector === "embedding_distance" && subject === "all");
  const match = whole && faults?.match(window.images.embedding, whole.score.value);
  return match && match.explainedRatio >= MATCHED_FROM ? match : undefined;
}

function isEvidence({ drifting, pValue }: DriftSignal): boolean {
  return drifting || pValue < EVIDENCE_BELOW;
}

function shiftsOf(
  { window, reference, signals, statistics }: ExplainInput,
  counts: (signal: DriftSignal) => boolean,
): NamedShift[] {
  const drifted = new Set(signals.filter(counts).map(({ subject }) => subject));
  return statistics.flatMap(({ name }, index) => {
    const live = window.images.statistics[index];
    const before = reference.images.statistics[index];
    const shift = drifted.has(name) && live && before ? statisticShift(live, before) : undefined;
    return shift && Math.abs(shift.effect) >= LEAST_EFFECT && canBeTold(shift) ? [{ name, ...shift }] : [];
  });
}

/** A shift whose two numbers read the same helps nobody. */
function canBeTold({ example }: StatisticShift): boolean {
  return short(example.reference) !== short(example.live);
}

function leftOf(labelFit: LabelFit | undefined, embeddingDrifts: boolean): number {
  if (!labelFit || !embeddingDrifts || !(labelFit.distance > 0)) return 1;
  return Math.min(1, Math.max(0, labelFit.residual / labelFit.distance));
}

function isUnexplained(labelFit: LabelFit | undefined): boolean {
  return labelFit !== undefined && labelFit.residualPValue < UNEXPLAINED_BELOW && labelFit.gate < NEW_BELOW_GATE;
}

/** Share of the predictions whose class drifts at least half as far as the whole. */
function touchesAllClasses({ signals, window, classes }: ExplainInput): boolean {
  const distances = signals.filter(({ detector }) => detector === "embedding_distance");
  const whole = distances.find(({ subject }) => subject === "all");
  let judged = 0;
  let touched = 0;
  for (const signal of distances) {
    const { subject, score } = signal;
    const index = classes.findIndex((name) => subject === `class:${name}`);
    const weight = window.predictions.classWeights[index] ?? 0;
    judged += weight;
    if (whole && isEvidence(signal) && score.value >= LEAST_OF_WHOLE * whole.score.value) touched += weight;
  }
  return judged > 0 && touched >= TOUCHED_RATIO * judged;
}

function isOneFault(groups: readonly ShiftGroup[]): boolean {
  const [first] = groups;
  if (!first || Math.abs(first.leader.effect) < FAULT_EFFECT) return false;
  const whole = groups.reduce((sum, { strength }) => sum + strength, 0);
  return touchesAll(first.leader) && first.strength >= FAULT_STRENGTH * whole;
}
