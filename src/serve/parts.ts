import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { defaultNetworkOptions } from "../embedding/default-network.ts";
import type { OnnxOptions } from "../embedding/onnx.ts";
import type { DecodeOptions } from "../image/decode.ts";
import { STATISTICS } from "../image/statistics/index.ts";
import type { IntakeOptions } from "../intake/protocol.ts";
import type { FalseAlarmBudget } from "../monitor/false-alarm-budget.ts";
import type { Recipe } from "../reference/artefact.ts";
import { ValkeyClient } from "../state/valkey-client.ts";

/** Side of the buffer on which image statistics are defined. */
const STATISTICS_SIDE = 224;

/** Live and reference images must go through the same network, decoder and statistics, so both commands take these from here. */
export function networkOptions(config: Config): OnnxOptions {
  const { path, ...options } = config.embedding;
  return path === undefined ? { ...defaultNetworkOptions(), threads: options.threads } : { ...options, path };
}

export function decodeOptions({ image }: Config): DecodeOptions {
  return { maxBytes: image.maxBytes, maxPixels: image.maxPixels, size: STATISTICS_SIDE };
}

export function recipeOf(network: { readonly id: string; readonly dimensions: number }): Recipe {
  return {
    embedderId: network.id,
    dimensions: network.dimensions,
    statistics: STATISTICS.map(({ name }) => name),
  };
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

/** The Valkey or Redis in which replicas join labels; none is configured: undefined. Throws CONFIG_INVALID for a file that cannot be read. */
export function openSharedStore({ labels }: Config, clock: Clock, random: Random): ValkeyClient | undefined {
  if (!labels.shared) return undefined;
  const { address, timeout, keyPrefix: _, ...options } = labels.shared;
  return new ValkeyClient({ ...options, ...address, timeoutSeconds: timeout }, clock, random);
}
