import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { VisionError } from "../core/errors.ts";
import type { Outcome, Prediction } from "../core/prediction.ts";
import type { Embedder } from "../embedding/embedder.ts";
import type { Decoder } from "../image/decode.ts";
import { computeStatistics } from "../image/statistics/index.ts";
import { thumbnail } from "../image/thumbnail.ts";
import { decodeExchange, type IntakeOptions } from "../intake/index.ts";
import { type Activation, resolveOutcome } from "../intake/outcome.ts";
import type { AskModel } from "./ask-model.ts";
import type { MeasuredImage } from "./build.ts";
import type { ListedImage } from "./image-folder.ts";

/** Where the predictions for the reference images come from. */
export type PredictionSource =
  | { readonly kind: "model"; readonly ask: AskModel }
  | { readonly kind: "recorded"; readonly byFile: ReadonlyMap<string, Prediction> }
  | { readonly kind: "none" };

/** What turns the model's answer for an image into an Outcome. */
export interface PredictionParts {
  readonly intake: IntakeOptions;
  readonly classes: readonly string[];
  readonly activation: Activation;
  readonly predictions: PredictionSource;
}

export interface MeasureParts extends PredictionParts {
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly keepThumbnails: boolean;
  onProgress(done: number, total: number): void;
}

export interface Measured {
  readonly images: readonly MeasuredImage[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** Two at a time: one decodes while the other is embedded. */
const CONCURRENCY = 2;

/** Measures every image of the folder the way live ones are measured. Throws REFERENCE_INPUT_INVALID, MODEL_UNREACHABLE. */
export async function measureImages(listed: readonly ListedImage[], parts: MeasureParts): Promise<Measured> {
  const images: (MeasuredImage | undefined)[] = new Array(listed.length);
  const skipped: { file: string; reason: string }[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < listed.length; index = next++) {
      const item = listed[index] as ListedImage;
      const measured = await measureImage(item, parts);
      if ("reason" in measured) skipped.push({ file: item.file, reason: measured.reason });
      else images[index] = measured;
      parts.onProgress(++done, listed.length);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return { images: images.filter((image) => image !== undefined), skipped };
}

async function measureImage(item: ListedImage, parts: MeasureParts): Promise<MeasuredImage | { reason: string }> {
  const bytes = readFileSync(item.path);
  const decoded = await parts.decoder.decode({ kind: "encoded", bytes });
  if ("reason" in decoded) return decoded;
  const [embedding] = await parts.embedder.embed([decoded.pixels]);
  const outcome = await predict(item, bytes, parts);
  const trueClass = classIndexOf(item, parts.classes);
  const contentHash = createHash("sha256").update(bytes).digest("hex");
  return {
    file: item.file,
    contentHash,
    image: {
      ids: [item.file],
      timeSeconds: statSync(item.path).mtimeMs / 1000,
      weight: 1,
      statistics: computeStatistics(decoded.pixels),
      embedding: embedding as Float32Array,
      ...(outcome && { outcome }),
      ...(trueClass !== undefined && { trueClass }),
      ...(parts.keepThumbnails && { thumbnail: await thumbnail(decoded.pixels) }),
    },
  };
}

function classIndexOf({ file, label }: ListedImage, classes: readonly string[]): number | undefined {
  if (label === undefined) return undefined;
  const index = classes.indexOf(label);
  if (index >= 0) return index;
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    `${file} is labelled "${label}", which is not one of: ${classes.join(", ")}.`,
  );
}

/** Undefined without a source of predictions. Throws REFERENCE_INPUT_INVALID, MODEL_UNREACHABLE. */
export async function predict(
  item: ListedImage,
  bytes: Uint8Array,
  parts: PredictionParts,
): Promise<Outcome | undefined> {
  const prediction = await findPrediction(item, bytes, parts);
  if (!prediction) return undefined;
  const resolved = resolveOutcome(prediction, parts.classes, parts.activation);
  if ("outcome" in resolved) return resolved.outcome;
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    `The prediction for ${item.file} cannot be used: ${resolved.reason}.`,
    {
      remedy: "Check `model.classes`, `model.activation` and `intake.scoresOutput`.",
    },
  );
}

async function findPrediction(
  item: ListedImage,
  bytes: Uint8Array,
  parts: PredictionParts,
): Promise<Prediction | undefined> {
  const { predictions } = parts;
  if (predictions.kind === "none") return undefined;
  if (predictions.kind === "recorded") {
    const recorded = predictions.byFile.get(item.file);
    if (recorded) return recorded;
    throw new VisionError("REFERENCE_INPUT_INVALID", `No recorded prediction for ${item.file}.`);
  }
  const exchange = await predictions.ask(bytes);
  const decoded = await decodeExchange(exchange, parts.intake);
  const prediction = "inferences" in decoded ? decoded.inferences[0]?.prediction : undefined;
  if (prediction) return prediction;
  const answer = Buffer.from(exchange.responseBody).toString("utf8").slice(0, 200);
  throw new VisionError("REFERENCE_INPUT_INVALID", `The model's answer for ${item.file} cannot be read: ${answer}`, {
    remedy: "Describe the answer under `intake`, or give recorded predictions with --predictions.",
  });
}
