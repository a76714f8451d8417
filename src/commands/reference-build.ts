import { loadConfig } from "../config/load.ts";
import { VisionError } from "../core/errors.ts";
import { seededRandom } from "../core/random.ts";
import type { ListedImage } from "../reference/image-folder.ts";
import type { Measured } from "../reference/measure.ts";
import { type Command, integer, optional, parseArguments, required } from "./command.ts";
import { predictionSource } from "./prediction-source.ts";
import { Progress } from "./progress.ts";
import { systemClock } from "./system-clock.ts";

const OPTIONS = {
  config: { type: "string" },
  images: { type: "string" },
  out: { type: "string" },
  labels: { type: "string" },
  "model-url": { type: "string" },
  predictions: { type: "string" },
  seed: { type: "string", default: "1" },
  "no-thumbnails": { type: "boolean" },
} as const;

export const referenceBuild: Command = {
  words: ["reference", "build"],
  usage: "reference build --config FILE --images DIR --out FILE",
  summary: "measures the images the model was proven on",
  details: `
  --config FILE        the configuration the analyser will run with
  --images DIR         folder of .jpg, .png and .webp files, in any depth
  --out FILE           the reference file
  --labels FILE        CSV with the header "file,label"; without it the first sub-folder is the label
  --model-url URL      asks the running model for its predictions
  --predictions FILE   takes recorded ones, a JSON object a line: {"file": "good/1.jpg", "scores": [0.9, 0.1]}
  --seed N             another seed splits the images differently (1)
  --no-thumbnails      keeps no small pictures for the gallery`,
  async run(args) {
    const parsed = parseArguments(referenceBuild, args, OPTIONS);
    const config = loadConfig(required(referenceBuild, parsed, "config"), process.env);
    const out = required(referenceBuild, parsed, "out");
    // Loaded here and not above: the tap is started through the same list of commands and must load nothing native.
    const [
      folder,
      measure,
      { measureFaults },
      { buildReference },
      { writeArtefact, refuseUnwritable },
      parts,
      { openImageParts },
    ] = await Promise.all([
      import("../reference/image-folder.ts"),
      import("../reference/measure.ts"),
      import("../reference/measure-faults.ts"),
      import("../reference/build.ts"),
      import("../reference/write.ts"),
      import("../serve/parts.ts"),
      import("../serve/image-parts.ts"),
    ]);
    refuseUnwritable(out);
    const listed = folder.listImages(required(referenceBuild, parsed, "images"), optional(parsed, "labels"));
    const classes = config.model.classes ?? distinctLabels(listed);
    const random = seededRandom(integer(parsed, "seed"));
    const imageParts = await openImageParts(config);
    const progress = new Progress("images");
    const measured = await measure.measureImages(listed, {
      ...imageParts,
      intake: parts.intakeOptions(config, random),
      classes,
      activation: config.model.activation,
      predictions: await predictionSource(parsed),
      keepThumbnails: parsed.values["no-thumbnails"] !== true,
      onProgress: (done, total) => progress.show(done, total),
    });
    reportSkipped(measured);
    const faultProgress = new Progress("images with faults made on purpose");
    const faults = await measureFaults(listed, {
      ...imageParts,
      maxPixels: config.image.maxPixels,
      onProgress: (done, total) => faultProgress.show(done, total),
    });
    process.stderr.write("  fitting detectors and estimators …\n");
    const nowSeconds = systemClock.nowSeconds();
    const artefact = buildReference(measured.images, {
      model: config.model.name,
      recipe: imageParts.recipe,
      classes,
      nowSeconds,
      random,
      faults,
    });
    await imageParts.embedder.close();
    const { id, bytes } = writeArtefact(out, artefact);
    process.stdout.write(
      `${out}: reference ${id}, ${measured.images.length} images, ${(bytes / 2 ** 20).toFixed(1)} MiB\n`,
    );
    return 0;
  },
};

function distinctLabels(listed: readonly ListedImage[]): string[] {
  const labels = [...new Set(listed.flatMap(({ label }) => (label === undefined ? [] : [label])))].sort();
  if (labels.length >= 2) return labels;
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    "The class names are unknown: no model.classes and fewer than two labels.",
    {
      remedy: "List the classes in the order of the model's scores under model.classes.",
    },
  );
}

function reportSkipped({ skipped }: Measured): void {
  for (const { file, reason } of skipped.slice(0, 10)) process.stderr.write(`  skipped ${file}: ${reason}\n`);
  if (skipped.length > 10) process.stderr.write(`  … and ${skipped.length - 10} more\n`);
}
