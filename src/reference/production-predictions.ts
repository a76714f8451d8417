import { VisionError } from "../core/errors.ts";
import type { Prediction } from "../core/prediction.ts";
import { type Activation, resolveOutcome } from "../intake/outcome.ts";
import type { ProductionPrediction } from "./recalibrate.ts";

/**
 * Joins recorded predictions with labels by their id. Throws REFERENCE_INPUT_INVALID for a label without its prediction, a label that
 * is no class, and scores that do not fit the class list.
 */
export function joinLabels(
  predictions: ReadonlyMap<string, Prediction>,
  labels: ReadonlyMap<string, string>,
  classes: readonly string[],
  activation: Activation,
): ProductionPrediction[] {
  refuseStrays(predictions, labels);
  return [...predictions].map(([id, prediction]) => {
    const resolved = resolveOutcome(prediction, classes, activation);
    if (!("outcome" in resolved)) {
      throw new VisionError("REFERENCE_INPUT_INVALID", `The prediction for ${id} cannot be used: ${resolved.reason}.`, {
        remedy: `Record one score for each of the reference's classes, in this order: ${classes.join(", ")}.`,
      });
    }
    const label = labels.get(id);
    const { outcome } = resolved;
    return label === undefined ? { id, outcome } : { id, outcome, trueClass: classIndexOf(id, label, classes) };
  });
}

function refuseStrays(predictions: ReadonlyMap<string, Prediction>, labels: ReadonlyMap<string, string>): void {
  const strays = [...labels.keys()].filter((id) => !predictions.has(id));
  if (strays.length === 0) return;
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    `${strays.length} of ${labels.size} labels have no recorded prediction: ${strays.slice(0, 5).join(", ")}`,
    { remedy: "Labels and predictions are joined by the same id; record the predictions that were labelled." },
  );
}

function classIndexOf(id: string, label: string, classes: readonly string[]): number {
  const index = classes.indexOf(label);
  if (index >= 0) return index;
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    `${id} is labelled "${label}", which is not one of: ${classes.join(", ")}.`,
  );
}
