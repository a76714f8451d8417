import { VisionError } from "../core/errors.ts";
import type { PredictionSource } from "../reference/measure.ts";
import { optional, type ParsedArguments } from "./command.ts";
import { systemClock } from "./system-clock.ts";

/** What `--model-url` or `--predictions` asks for. Throws USAGE, MODEL_UNREACHABLE, REFERENCE_INPUT_INVALID. */
export async function predictionSource(parsed: ParsedArguments): Promise<PredictionSource> {
  const url = optional(parsed, "model-url");
  const file = optional(parsed, "predictions");
  if (url !== undefined && file !== undefined) {
    throw new VisionError("USAGE", "--model-url and --predictions exclude each other.");
  }
  if (url !== undefined) {
    const { openModel } = await import("../reference/ask-model.ts");
    return { kind: "model", ask: await openModel(url, () => systemClock.nowSeconds()) };
  }
  if (file === undefined) return { kind: "none" };
  const { readPredictions } = await import("../reference/recorded-predictions.ts");
  return { kind: "recorded", byFile: readPredictions(file) };
}
