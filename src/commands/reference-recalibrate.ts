import { loadConfig } from "../config/load.ts";
import { seededRandom } from "../core/random.ts";
import type { CalibrationError } from "../reference/calibration-check.ts";
import type { Recalibration } from "../reference/recalibrate.ts";
import { type Command, integer, optional, parseArguments, required } from "./command.ts";
import { systemClock } from "./system-clock.ts";

const OPTIONS = {
  predictions: { type: "string" },
  labels: { type: "string" },
  out: { type: "string" },
  config: { type: "string" },
  seed: { type: "string", default: "1" },
} as const;

export const referenceRecalibrate: Command = {
  words: ["reference", "recalibrate"],
  usage: "reference recalibrate FILE --out FILE [options]",
  summary: "fits calibration and estimates to labelled production data",
  details: `
  --predictions FILE   recorded predictions, a JSON object a line: {"id": "a1", "scores": [0.9, 0.1]}. Best all of a time, labelled or
                       not: then it can be told whether the labels were given at random
  --labels FILE        CSV with the header "id,label"
  --out FILE           the new reference; the old one stays as it is
  --config FILE        for model.activation, when the scores are logits
  --seed N             another seed forms other folds (1)`,
  async run(args) {
    const parsed = parseArguments(referenceRecalibrate, args, OPTIONS, 1);
    const file = parsed.positionals[0] as string;
    const out = required(referenceRecalibrate, parsed, "out");
    const predictionsFile = required(referenceRecalibrate, parsed, "predictions");
    const labelsFile = required(referenceRecalibrate, parsed, "labels");
    const configFile = optional(parsed, "config");
    const activation = configFile === undefined ? "auto" : loadConfig(configFile, process.env).model.activation;
    const random = seededRandom(integer(parsed, "seed"));
    const [
      load,
      { readPredictions },
      { readLabels },
      { joinLabels },
      { recalibrate },
      { writeArtefact, refuseUnwritable },
    ] = await Promise.all([
      import("../reference/load.ts"),
      import("../reference/recorded-predictions.ts"),
      import("../reference/labels-file.ts"),
      import("../reference/production-predictions.ts"),
      import("../reference/recalibrate.ts"),
      import("../reference/write.ts"),
    ]);
    refuseUnwritable(out);
    const { id, artefact } = load.readArtefact(file);
    const predictions = joinLabels(
      readPredictions(predictionsFile),
      readLabels(labelsFile),
      artefact.classes,
      activation,
    );
    const nowSeconds = systemClock.nowSeconds();
    const result = recalibrate(artefact, predictions, { parentId: id, nowSeconds, random });
    const written = writeArtefact(out, result.artefact);
    process.stdout.write(report(result, out, written.id, id, artefact.accuracyRatio));
    return 0;
  },
};

function report(
  { labels, accuracyRatio, comparison, renewed, kept, rareClasses }: Recalibration,
  out: string,
  id: string,
  parentId: string,
  provenRatio: number | undefined,
): string {
  const { before, after } = comparison;
  const better = after.brier < before.brier;
  const lines = [
    `${out}: reference ${id}, recalibrated from ${parentId} on ${labels} labelled predictions`,
    `accuracy of the labelled predictions: ${percent(accuracyRatio)}${provenRatio === undefined ? "" : ` (reference images: ${percent(provenRatio)})`}`,
    "",
    "on held-out fifths      before   after",
    row("calibration error", before, after, ({ expectedRatio }) => percent(expectedRatio)),
    row("Brier score", before, after, ({ brier }) => brier.toFixed(4)),
    "",
    `estimators fitted anew: ${renewed.join(", ") || "none"}${kept.length > 0 ? `; left as they were: ${kept.join(", ")}` : ""}`,
    ...rareClasses.map((name) => `few labels of "${name.name}" (${name.labels}): its recall is mostly chance`),
    better
      ? `Put it in place with reference.path and a reload; windows and history start anew, since they belong to a reference.`
      : "The old calibration is as good on these labels: there is no reason to change to the new reference.",
  ];
  return `${lines.join("\n")}\n`;
}

function row(
  name: string,
  before: CalibrationError,
  after: CalibrationError,
  text: (error: CalibrationError) => string,
): string {
  return `${name.padEnd(20)}${text(before).padStart(10)}${text(after).padStart(8)}`;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
