import type { Recalibrated } from "../reference/artefact.ts";
import { type Command, parseArguments } from "./command.ts";

export const referenceInspect: Command = {
  words: ["reference", "inspect"],
  usage: "reference inspect FILE",
  summary: "says what a reference file was made of",
  async run(args) {
    const [file] = parseArguments(referenceInspect, args, {}, 1).positionals;
    const { readArtefact } = await import("../reference/load.ts");
    const { id, artefact } = readArtefact(file as string);
    const lines: readonly (readonly [string, string])[] = [
      ["reference", id],
      ["model", artefact.model],
      ["built", new Date(artefact.createdSeconds * 1000).toISOString()],
      ...(artefact.recalibration ? [["recalibrated", recalibrationLine(artefact.recalibration)] as const] : []),
      ["images", `${artefact.basisImages} for the directions, ${artefact.restImages} for everything else`],
      ["classes", classLine(artefact.classes, artefact.table.trueClasses)],
      [
        "accuracy",
        artefact.accuracyRatio === undefined ? "unknown: no labels" : `${(100 * artefact.accuracyRatio).toFixed(1)} %`,
      ],
      ["network", `${artefact.recipe.embedderId.slice(0, 12)}, ${artefact.recipe.dimensions} dimensions`],
      ["statistics", artefact.recipe.statistics.join(", ")],
      ["detectors", Object.keys(artefact.detectors).join(", ")],
      ["estimators", Object.keys(artefact.estimators).join(", ") || "none: an estimate needs labels and scores"],
      ["thumbnails", String(artefact.exemplars.filter(({ thumbnail }) => thumbnail).length)],
    ];
    process.stdout.write(lines.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join(""));
    return 0;
  },
};

function classLine(classes: readonly string[], trueClasses: Int32Array): string {
  return classes
    .map((name, index) => `${name} (${trueClasses.filter((trueClass) => trueClass === index).length})`)
    .join(", ");
}

function recalibrationLine({ parentId, seconds, labels }: Recalibrated): string {
  return `${new Date(seconds * 1000).toISOString()}, from ${parentId} on ${labels} labelled predictions`;
}
