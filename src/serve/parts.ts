import type { Config } from "../config/config.ts";
import { VisionError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { defaultNetworkOptions } from "../embedding/default-network.ts";
import type { Embedder } from "../embedding/embedder.ts";
import { type OnnxOptions, openOnnxEmbedder } from "../embedding/onnx.ts";
import { createDecoder, type Decoder } from "../image/decode.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { IntakeOptions } from "../intake/protocol.ts";
import type { FalseAlarmBudget } from "../monitor/false-alarm-budget.ts";
import type { Recipe } from "../reference/artefact.ts";

/** Side of the buffer on which image statistics are defined. */
export const STATISTICS_SIDE = 224;

/** Live and reference images must go through the same of these, so both commands build them here. */
export interface ImageParts {
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly recipe: Recipe;
}

/** Throws MODEL_FILE_INVALID. */
export async function openImageParts(config: Config): Promise<ImageParts> {
  const embedder = await openOnnxEmbedder(networkOptions(config));
  const { maxBytes, maxPixels } = config.image;
  return {
    decoder: createDecoder({ maxBytes, maxPixels, size: STATISTICS_SIDE }),
    embedder,
    recipe: {
      embedderId: embedder.id,
      dimensions: embedder.dimensions,
      statistics: STATISTICS.map(({ name }) => name),
    },
  };
}

function networkOptions(config: Config): OnnxOptions {
  const { path, ...options } = config.embedding;
  return path === undefined ? { ...defaultNetworkOptions(), threads: options.threads } : { ...options, path };
}

export function falseAlarmBudget({ drift, sampling }: Config): FalseAlarmBudget {
  return {
    everySeconds: drift.falseAlarmEvery,
    imagesPerSecond: sampling.imagesPerSecond,
    assessSeconds: drift.assessEvery,
  };
}

export function intakeOptions(config: Config, random: Random): IntakeOptions {
  const { tensor, mapping, idHeader, ...intake } = config.intake;
  return {
    ...intake,
    random,
    ...(idHeader !== undefined && { idHeader: idHeader.toLowerCase() }),
    ...(tensor && { tensor }),
    ...(tensor?.input !== undefined && { imageInput: tensor.input }),
    ...(mapping && { mapping }),
  };
}

/** The class list of the configuration, or else of the reference. Throws REFERENCE_MISMATCH when both are there and differ. */
export function classesOf(config: Config, reference: readonly string[] | undefined): readonly string[] {
  const configured = config.model.classes;
  if (configured && reference && configured.join("\0") !== reference.join("\0")) {
    throw new VisionError(
      "REFERENCE_MISMATCH",
      `model.classes is [${configured.join(", ")}], the reference was built for [${reference.join(", ")}].`,
    );
  }
  const classes = configured ?? reference;
  if (classes) return classes;
  throw new VisionError(
    "CONFIG_INVALID",
    "model.classes is missing, and there is no reference to take the class names from.",
    {
      remedy: "List the classes in the order of the model's scores under model.classes.",
    },
  );
}
