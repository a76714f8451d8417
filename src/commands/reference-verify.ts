import type { Config } from "../config/config.ts";
import { loadConfig, parseConfig } from "../config/load.ts";
import { VisionError } from "../core/errors.ts";
import { seededRandom } from "../core/random.ts";
import type { Artefact } from "../reference/artefact.ts";
import type { CorruptedCopies } from "../reference/corrupted-copies.ts";
import type { ExpectedWindow } from "../reference/verification.ts";
import { type Command, integer, optional, type ParsedArguments, parseArguments } from "./command.ts";
import { predictionSource } from "./prediction-source.ts";
import { Progress } from "./progress.ts";
import { type VerificationReport, verificationText } from "./verification-text.ts";

const OPTIONS = {
  config: { type: "string" },
  images: { type: "string" },
  labels: { type: "string" },
  "model-url": { type: "string" },
  seed: { type: "string", default: "1" },
  json: { type: "boolean" },
} as const;

export const referenceVerify: Command = {
  words: ["reference", "verify"],
  usage: "reference verify FILE [options]",
  summary: "measures its false alarms, and how little drift it finds",
  details: `
  --config FILE     windows, false-alarm budget and embedding network of this configuration; without it, the defaults
  --images DIR      the folder the reference was built from, or other undrifted images: measures the smallest blur, noise and
                    change of brightness that is found. Makes up to 5,000 copies and embeds them: some minutes.
  --labels FILE     CSV with the header "file,label"; without it the first sub-folder is the label
  --model-url URL   asks the model for its predictions on the copies: measures the error of the accuracy estimates. Needs --images
  --seed N          another seed draws other windows (1)
  --json            the report as JSON`,
  async run(args) {
    const parsed = parseArguments(referenceVerify, args, OPTIONS, 1);
    const file = parsed.positionals[0] as string;
    const seed = integer(parsed, "seed");
    const { readArtefact, restoreReference } = await import("../reference/load.ts");
    const { id, artefact } = readArtefact(file);
    const config = configOf(parsed, artefact);
    const [{ WindowSignals }, { falseAlarmBudget }, { verifyReference }] = await Promise.all([
      import("../monitor/window-signals.ts"),
      import("../serve/parts.ts"),
      import("../reference/verify.ts"),
    ]);
    const copies = await copiesOf(parsed, file, artefact, config, seed);
    const windows = config.windows.map((window) => expectedWindow(window, config));
    const signals = new WindowSignals({
      reference: restoreReference(id, artefact),
      windows: config.windows,
      budget: falseAlarmBudget(config),
    });
    // That of the window that leaves the least.
    const level = Math.min(
      ...windows.map(({ images }) => signals.level(images / config.sampling.imagesPerSecond, images)),
    );
    const progress = new Progress("");
    const verification = verifyReference(artefact, {
      seed,
      windows,
      level,
      ...(copies && { copies }),
      onProgress: (stage, done, total) => progress.show(done, total, stage),
    });
    const report: VerificationReport = {
      reference: id,
      windows,
      imagesPerSecond: config.sampling.imagesPerSecond,
      falseAlarmEverySeconds: config.drift.falseAlarmEvery,
      level,
      ...(copies && {
        copiesOf: { ofReference: copies.ofReference, images: copies.tested.length, longSide: copies.longSide },
      }),
      ...verification,
    };
    process.stdout.write(
      parsed.values["json"] === true ? `${JSON.stringify(report, undefined, 2)}\n` : verificationText(report),
    );
    return 0;
  },
};

/** The defaults where no file is given. */
function configOf(parsed: ParsedArguments, artefact: Artefact): Config {
  const path = optional(parsed, "config");
  if (path !== undefined) return loadConfig(path, process.env);
  return parseConfig(`model: { name: ${JSON.stringify(artefact.model)} }`, {});
}

/** At most so many: the cap on analysed images is what bounds a time span. */
function expectedWindow(window: Config["windows"][number], { sampling }: Config): ExpectedWindow {
  const images = "images" in window ? window.images : Math.round(window.durationSeconds * sampling.imagesPerSecond);
  return { name: window.name, images };
}

async function copiesOf(
  parsed: ParsedArguments,
  file: string,
  artefact: Artefact,
  config: Config,
  seed: number,
): Promise<CorruptedCopies | undefined> {
  const folder = optional(parsed, "images");
  if (folder === undefined) {
    const stray = (["labels", "model-url"] as const).find((name) => optional(parsed, name) !== undefined);
    if (stray) throw new VisionError("USAGE", `--${stray} is for the images: --images is missing.`);
    return undefined;
  }
  const [{ listImages }, { makeCopies }, { checkRecipe }, parts, { openImageParts }] = await Promise.all([
    import("../reference/image-folder.ts"),
    import("../reference/corrupted-copies.ts"),
    import("../reference/load.ts"),
    import("../serve/parts.ts"),
    import("../serve/image-parts.ts"),
  ]);
  const listed = listImages(folder, optional(parsed, "labels"));
  const predictions = await predictionSource(parsed);
  const { decoder, embedder, recipe } = await openImageParts(config);
  checkRecipe(file, artefact.recipe, recipe);
  const progress = new Progress("images");
  const copies = await makeCopies(listed, artefact, {
    decoder,
    embedder,
    predictions,
    maxPixels: config.image.maxPixels,
    intake: parts.intakeOptions(config, seededRandom(seed)),
    classes: artefact.classes,
    activation: config.model.activation,
    seed,
    onProgress: (done, total) => progress.show(done, total),
  });
  await embedder.close();
  return copies;
}
