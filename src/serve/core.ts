import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { Extractor } from "../features/extractor.ts";
import { FeatureWorker } from "../features/feature-worker.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";
import { FallbackLabels } from "../monitor/fallback-labels.ts";
import { Monitor } from "../monitor/monitor.ts";
import type { MonitorOptions } from "../monitor/monitor-options.ts";
import { Pipeline } from "../pipeline.ts";
import { loadReference, type Reference } from "../reference/load.ts";
import { createImageSampler, createPredictionSampler } from "../sampling/index.ts";
import type { Strain } from "../strain/strain.ts";
import { type LabelStores, labelJoin, labelRules } from "./label-join.ts";
import { LabelTokens } from "./label-tokens.ts";
import { classesOf, decodeOptions, falseAlarmBudget, intakeOptions, networkOptions, recipeOf } from "./parts.ts";

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What outlives every configuration. */
export interface Lasting {
  readonly telemetry: Telemetry;
  readonly stores: LabelStores;
  readonly strain: Pick<Strain, "reason">;
}

/** What a configuration makes, and what a reload makes anew. */
export interface Core {
  readonly config: Config;
  readonly classes: readonly string[];
  readonly reference?: Reference;
  /** Why there is no reference although one is configured. */
  readonly referenceFault?: VisionError;
  readonly features: Features;
  readonly monitor: Monitor;
  readonly pipeline: Pipeline;
  /** With `labels.token`. */
  readonly tokens?: LabelTokens;
  /** With `labels.shared`. */
  readonly fallback?: FallbackLabels;
}

type Features = { readonly worker: FeatureWorker } | { readonly fault: VisionError };

/**
 * A network or reference that cannot be used is thrown when the core `mustBeWhole`; otherwise it runs without, for accuracy and labels need none.
 * Throws MODEL_FILE_INVALID, REFERENCE_UNREADABLE, REFERENCE_MISMATCH, CONFIG_INVALID.
 */
export async function buildCore(
  config: Config,
  surroundings: Surroundings,
  lasting: Lasting,
  mustBeWhole: boolean,
): Promise<Core> {
  const features = await openFeatures(config, surroundings, mustBeWhole);
  try {
    return assemble(config, surroundings, lasting, features, mustBeWhole);
  } catch (error) {
    await closeFeatures({ features });
    throw error;
  }
}

function assemble(
  config: Config,
  surroundings: Surroundings,
  lasting: Lasting,
  features: Features,
  mustBeWhole: boolean,
): Core {
  const { reference, referenceFault } = tryReference(config, features, surroundings.log, mustBeWhole);
  const classes = classesOf(config, reference?.classes);
  const tokens = LabelTokens.of(config, classes);
  const labels = labelJoin(config, classes, lasting.stores, lasting.telemetry, surroundings.clock);
  const monitor = new Monitor(monitorOptions(config, classes, reference, lasting.telemetry), labels);
  return {
    config,
    classes,
    ...(reference && { reference }),
    ...(referenceFault && { referenceFault }),
    features,
    monitor,
    pipeline: buildPipeline(config, classes, features, monitor, lasting, surroundings),
    ...(tokens && { tokens }),
    ...(labels instanceof FallbackLabels && { fallback: labels }),
  };
}

async function openFeatures(config: Config, { clock, log }: Surroundings, mustBeWhole: boolean): Promise<Features> {
  try {
    const worker = await FeatureWorker.start({
      setup: { network: networkOptions(config), decode: decodeOptions(config) },
      clock,
      onDown: ({ why, restartSeconds }) =>
        log.error("no image is analysed; predictions and labels go on", { why, restartSeconds }),
      onUp: () => log.info("images are analysed again"),
    });
    return { worker };
  } catch (error) {
    if (mustBeWhole || !(error instanceof VisionError)) throw error;
    log.error("running without a network: no image is analysed, predictions and labels go on", {
      code: error.code,
      fault: error.message,
      remedy: error.remedy,
    });
    return { fault: error };
  }
}

/** Once no image is under way. */
export async function closeFeatures({ features }: Pick<Core, "features">): Promise<void> {
  if ("worker" in features) await features.worker.close();
}

/**
 * A reference that cannot be used must not take accuracy and labels down with it: the analyser runs without, says so on the page,
 * in `vision_reference_loaded` and in the log, and compares nothing. Without a network its estimates of accuracy still hold. A core that
 * must be whole is not to take the place of one that has a reference.
 */
function tryReference(
  config: Config,
  features: Features,
  log: Logger,
  mustBeWhole: boolean,
): Pick<Core, "reference" | "referenceFault"> {
  if (config.reference.path === undefined) return {};
  try {
    const recipe = "worker" in features ? recipeOf(features.worker.identity) : undefined;
    return { reference: loadReference(config.reference.path, recipe) };
  } catch (error) {
    if (mustBeWhole || !(error instanceof VisionError)) throw error;
    log.error("running without a reference", { code: error.code, fault: error.message, remedy: error.remedy });
    return { referenceFault: error };
  }
}

function monitorOptions(
  config: Config,
  classes: readonly string[],
  reference: Reference | undefined,
  telemetry: Telemetry,
): MonitorOptions {
  const { model, windows, chunk, labels, gallery } = config;
  return {
    model: model.name,
    modelVersion: model.version,
    classes,
    ...(reference && { reference }),
    ...(model.accuracyFloorRatio !== undefined && { accuracyFloorRatio: model.accuracyFloorRatio }),
    windows,
    chunkSeconds: chunk.duration,
    chunkImages: chunk.images,
    budget: falseAlarmBudget(config),
    labels: labelRules(config),
    oneOfMany: labels.shared !== undefined || labels.token !== undefined,
    gallery: {
      imagesPerGroup: gallery.images,
      keepSeconds: gallery.keep,
      maxBytes: gallery.maxBytes,
      onRemoved: (reason) => telemetry.galleryRemoved(reason),
    },
  };
}

const NO_NETWORK: Extractor = { extract: () => Promise.resolve({ reason: "embedder_down" }) };

function buildPipeline(
  config: Config,
  classes: readonly string[],
  features: Features,
  monitor: Monitor,
  { telemetry, strain }: Lasting,
  { clock, random }: Surroundings,
): Pipeline {
  const { sampling, image, gallery, model } = config;
  const onRateCap = (): void => telemetry.imageDropped("rate_cap");
  const parts = {
    clock,
    telemetry,
    monitor,
    extractor: "worker" in features ? features.worker : NO_NETWORK,
    predictionSampler: createPredictionSampler(sampling.predictionsRatio),
    imageSampler: createImageSampler(sampling.imagesRatio, sampling.imagesPerSecond, onRateCap),
    strain: () => strain.reason,
  };
  return new Pipeline(parts, {
    intake: intakeOptions(config, random),
    classes,
    activation: model.activation,
    keepThumbnails: gallery.enabled,
    queueLength: image.queueLength,
    queueBytes: image.queueBytes,
    concurrency: image.concurrency,
  });
}
