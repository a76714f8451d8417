import type { Cause } from "../core/assessment.ts";
import type { Evidence } from "./evidence.ts";
import { percent, short } from "./wording.ts";

/** The model is less, or more, sure of itself. */
export function confidenceCause(evidence: Evidence): Cause | undefined {
  const { input } = evidence;
  if (!evidence.confidenceDrifts) return undefined;
  const before = input.reference.predictions.confidence.quantile(0.5);
  const live = input.window.predictions.confidence.quantile(0.5);
  const moved =
    short(live) === short(before)
      ? `is spread differently, with its median still at ${short(live)}`
      : `${live < before ? "fell" : "rose"} from a median of ${short(before)} to ${short(live)}`;
  const asBefore = imagesAsBefore(evidence);
  return {
    kind: "confidence",
    subject: "",
    sentence: `The model's confidence ${moved}${asBefore ? " while images look as before" : ""}.`,
    // It follows the images where these changed.
    shareRatio: asBefore && !evidence.classMixDrifts ? 1 : 0,
  };
}

/** Labels say that the model is worse than it was on the reference, and the images do not say why. */
export function accuracyCause(evidence: Evidence): Cause | undefined {
  const { realised, referenceAccuracyRatio, estimates } = evidence.input;
  if (!realised || referenceAccuracyRatio === undefined) return undefined;
  // Where only doubtful images got labels, the share of right ones among them is no accuracy.
  const corrected = estimates.find(({ labelledRatio }) => labelledRatio !== undefined)?.accuracy;
  const accuracy = corrected ?? realised.accuracy;
  if ((accuracy.upper ?? accuracy.value) >= referenceAccuracyRatio) return undefined;
  const asBefore = imagesAsBefore(evidence);
  const then = asBefore
    ? " while images look as before: check the labels, the model's version, and what its classes mean"
    : "";
  return {
    kind: "accuracy",
    subject: "",
    sentence: `Accuracy fell from ${percent(referenceAccuracyRatio)} on the reference to ${percent(accuracy.value)} by ${realised.accuracy.sampleCount} labels${then}.`,
    shareRatio: asBefore && !evidence.confidenceDrifts && !evidence.classMixDrifts ? 1 : 0,
  };
}

function imagesAsBefore({ embeddingDrifts, groups }: Evidence): boolean {
  return !embeddingDrifts && groups.length === 0;
}
