import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";
import { FallbackLabels } from "../monitor/fallback-labels.ts";
import { Monitor, type MonitorOptions } from "../monitor/monitor.ts";
import { Pipeline } from "../pipeline.ts";
import { loadReference, type Reference } from "../reference/load.ts";
import { createImageSampler, createPredictionSampler } from "../sampling/index.ts";
import { type LabelStores, labelJoin, labelRules } from "./label-join.ts";
import { LabelTokens } from "./label-tokens.ts";
import { classesOf, falseAlarmBudget, type ImageParts, intakeOptions, openImageParts } from "./parts.ts";

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What a configuration makes, and what a reload makes anew. */
export interface Core {
  readonly config: Config;
  readonly classes: readonly string[];
  readonly reference?: Reference;
  /** Why there is no reference although one is configured. */
  readonly referenceFault?: VisionError;
  readonly imageParts: ImageParts;
  readonly monitor: Monitor;
  readonly pipeline: Pipeline;
  /** With `labels.token`. */
  readonly tokens?: LabelTokens;
  /** With `labels.shared`. */
  readonly fallback?: FallbackLabels;
}

/** Throws MODEL_FILE_INVALID, REFERENCE_MISMATCH, CONFIG_INVALID. */
export async function buildCore(
  config: Config,
  surroundings: Surroundings,
  telemetry: Telemetry,
  stores: LabelStores,
): Promise<Core> {
  const imageParts = await openImageParts(config);
  const { reference, referenceFault } = tryReference(config, imageParts, surroundings.log);
  const classes = classesOf(config, reference?.classes);
  const tokens = LabelTokens.of(config, classes);
  const labels = labelJoin(config, classes, stores, telemetry, surroundings.clock);
  const monitor = new Monitor(monitorOptions(config, classes, reference, telemetry), labels);
  const pipeline = buildPipeline(config, classes, imageParts, monitor, telemetry, surroundings);
  return {
    config,
    classes,
    ...(reference && { reference }),
    ...(referenceFault && { referenceFault }),
    imageParts,
    monitor,
    pipeline,
    ...(tokens && { tokens }),
    ...(labels instanceof FallbackLabels && { fallback: labels }),
  };
}

/**
 * A reference that cannot be used must not take accuracy and labels down with it: the analyser runs without, says so on the page,
 * in `vision_reference_loaded` and in the log, and compares nothing.
 */
function tryReference(config: Config, { recipe }: ImageParts, log: Logger): Pick<Core, "reference" | "referenceFault"> {
  if (config.reference.path === undefined) return {};
  try {
    return { reference: loadReference(config.reference.path, recipe) };
  } catch (error) {
    if (!(error instanceof VisionError)) throw error;
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

function buildPipeline(
  config: Config,
  classes: readonly string[],
  { decoder, embedder }: ImageParts,
  monitor: Monitor,
  telemetry: Telemetry,
  { clock, random }: Surroundings,
): Pipeline {
  const { sampling, image, gallery, model } = config;
  const onRateCap = (): void => telemetry.imageDropped("rate_cap");
  const parts = {
    clock,
    telemetry,
    monitor,
    decoder,
    embedder,
    predictionSampler: createPredictionSampler(sampling.predictionsRatio),
    imageSampler: createImageSampler(sampling.imagesRatio, sampling.imagesPerSecond, onRateCap),
  };
  return new Pipeline(parts, {
    intake: intakeOptions(config, random),
    classes,
    activation: model.activation,
    keepThumbnails: gallery.enabled,
    queueLength: image.queueLength,
    concurrency: image.concurrency,
  });
}
