import type { ReferenceImage, ReferenceSample } from "../core/features.ts";
import { AnomalyJudge } from "../drift/image-anomaly.ts";
import type { Calibration } from "../performance/calibration.ts";
import { Profile } from "../profile/profile.ts";
import type { Projected } from "../profile/projection.ts";
import { confidenceCuts } from "../profile/strata.ts";

/** An image of half C with its numbers under a projection. */
export interface ReferenceRow {
  readonly image: ReferenceImage;
  readonly projected: Projected;
}

/** The reference Profile: the rest half recorded exactly as live traffic is. */
export function profileOf(
  sample: ReferenceSample,
  projected: readonly Projected[],
  calibration: Calibration | undefined,
): Profile {
  const rows = sample.rest.map((image, row) => ({ image, projected: projected[row] as Projected }));
  const confidenceEdges = confidenceCuts(sample.rest.map(({ outcome }) => outcome?.confidence ?? Number.NaN));
  const names = {
    classes: sample.classes,
    statistics: sample.statisticNames,
    ...(confidenceEdges && { confidenceEdges }),
  };
  // Whether an image is unusual is judged against the quantiles of all of them, so these are gathered first.
  const judge = new AnomalyJudge(recordRows(rows, names, calibration), names.statistics);
  return recordRows(rows, names, calibration, judge);
}

export interface ProfileNames {
  readonly classes: readonly string[];
  readonly statistics: readonly string[];
  /** Where the strata of predictions are cut (profile/strata.ts). */
  readonly confidenceEdges?: readonly number[];
}

/** A Profile of these images; without `judge` none of them counts as unusual. */
export function recordRows(
  rows: readonly ReferenceRow[],
  { classes, statistics, confidenceEdges }: ProfileNames,
  calibration: Calibration | undefined,
  judge?: AnomalyJudge,
): Profile {
  const components = rows[0]?.projected.components.length ?? 0;
  const profile = new Profile({
    statistics,
    classCount: classes.length,
    components,
    ...(confidenceEdges && { confidenceEdges }),
  });
  for (const row of rows) recordRow(profile, row, calibration, judge);
  return profile;
}

export function recordRow(
  profile: Profile,
  { image, projected }: ReferenceRow,
  calibration: Calibration | undefined,
  judge?: AnomalyJudge,
): void {
  recordPrediction(profile, image, calibration);
  profile.recordImage(image, projected, judge?.judge(image, projected).unusual ?? false);
}

export function recordPrediction(profile: Profile, image: ReferenceImage, calibration: Calibration | undefined): void {
  const { outcome } = image;
  if (!outcome) return;
  const calibratedConfidence =
    calibration && !Number.isNaN(outcome.confidence) ? calibration.apply(outcome.confidence) : Number.NaN;
  const prediction = {
    id: image.ids[0] ?? "",
    timeSeconds: image.timeSeconds,
    weight: 1,
    outcome,
    calibratedConfidence,
  };
  profile.recordPrediction(prediction);
  if (image.trueClass !== undefined) profile.recordLabel(prediction, image.trueClass, 1);
}

/** The row of an image of which no prediction is known. */
export function withoutPrediction({ image, projected }: ReferenceRow): ReferenceRow {
  const { outcome: _, ...bare } = image;
  return { image: bare, projected };
}
