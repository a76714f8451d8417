import type { Prediction, RankedLabel } from "../core/prediction.ts";
import { readAnswers } from "./answers.ts";
import { LIMITS } from "./limits.ts";
import { mapsReply } from "./mapping.ts";
import type { OpenExchange } from "./open-exchange.ts";
import type { Message, Tensor } from "./open-inference-message.ts";
import type { IntakeOptions } from "./protocol.ts";

type Predictions = readonly (Prediction | undefined)[];

/**
 * One prediction an image out of the outputs: the configured one; else the first floats of shape [n, K], then classification
 * strings, then labels, then class indices. "mismatch": a batch of another length than the images.
 */
export function readPredictions(
  open: OpenExchange,
  reply: Message | undefined,
  images: number,
  options: IntakeOptions,
): Predictions | "mismatch" {
  if (!reply || (options.mapping && mapsReply(options.mapping))) return readAnswers(open, images, options);
  const named = reply.tensors.find(({ name }) => name === options.scoresOutput);
  const others = reply.tensors.filter(({ name }) => name !== options.embeddingOutput);
  const candidates = named ? [named] : byPreference(others);
  for (const tensor of candidates) {
    const predictions = predictionsOf(tensor, images);
    if (predictions === "mismatch") return predictions;
    if (predictions) return images > 0 && predictions.length !== images ? "mismatch" : predictions;
  }
  return new Array(images).fill(undefined);
}

/** Asked once a tensor: the question may be one of a hundred thousand texts. */
function byPreference(tensors: readonly Tensor[]): readonly Tensor[] {
  const ranked = tensors.map((tensor) => ({ tensor, rank: preference(tensor) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ tensor }) => tensor);
}

function preference({ values, shape }: Tensor): number {
  if (values.kind === "numbers" && values.float) return shape.length <= 2 ? 0 : 4;
  if (values.kind === "elements") return values.elements.every((element) => parseClassification(element)) ? 1 : 2;
  return 3;
}

function predictionsOf({ values, shape }: Tensor, images: number): Predictions | "mismatch" | undefined {
  const length = values.kind === "numbers" ? values.numbers.length : values.elements.length;
  const rows = rowCount(shape, length, images);
  if (rows === undefined) return undefined;
  if (rows > LIMITS.images) return "mismatch";
  const width = length / rows;
  const predictions = Array.from({ length: rows }, (_, row): Prediction | undefined => {
    if (values.kind === "elements") return elementsPrediction(values.elements.slice(row * width, (row + 1) * width));
    const numbers = Float64Array.from(values.numbers.subarray(row * width, (row + 1) * width));
    const [index] = numbers;
    if (values.float) return { kind: "scores", scores: numbers };
    return width === 1 && index !== undefined ? { kind: "label", label: index } : undefined;
  });
  return predictions.some((prediction) => prediction !== undefined) ? predictions : undefined;
}

/** [n, …] has n rows; a flat [K] is one row when there is one image, and n single values when there are n. */
function rowCount(shape: readonly number[], length: number, images: number): number | undefined {
  const [first] = shape;
  if (first === undefined || length === 0 || shape.reduce((product, size) => product * size, 1) !== length)
    return undefined;
  const inner = shape.slice(1).filter((size) => size !== 1);
  if (inner.length > 1) return undefined;
  return shape.length === 1 && images <= 1 ? 1 : first;
}

function elementsPrediction(elements: readonly (Uint8Array | string)[]): Prediction | undefined {
  const ranked = elements.map(parseClassification);
  if (ranked.every((entry) => entry !== undefined)) return { kind: "ranked", ranked, complete: false };
  const [only] = elements;
  return elements.length === 1 && only !== undefined ? { kind: "label", label: textOf(only) } : undefined;
}

const textOf = (element: Uint8Array | string): string =>
  typeof element === "string" ? element : Buffer.from(element).toString("utf8");

/** "value:index" or "value:index:label" (Triton's classification extension). */
function parseClassification(element: Uint8Array | string): RankedLabel | undefined {
  if (element.length > 1024) return undefined;
  const match = /^([^:]+):(\d+)(?::(.+))?$/s.exec(textOf(element));
  if (!match) return undefined;
  const score = Number(match[1]);
  const isNumber = !Number.isNaN(score) || /nan/i.test(match[1] as string);
  return isNumber ? { label: match[3] ?? (match[2] as string), score } : undefined;
}

/** Feature vectors [n, …], one an image. */
export function readVectors(
  reply: Message | undefined,
  name: string | undefined,
  images: number,
): readonly (Float32Array | undefined)[] {
  const tensor = name === undefined ? undefined : reply?.tensors.find((candidate) => candidate.name === name);
  if (tensor?.values.kind !== "numbers" || images === 0) return [];
  const { numbers } = tensor.values;
  const width = numbers.length / images;
  if (!Number.isInteger(width) || width > LIMITS.embeddingLength) return [];
  return Array.from({ length: images }, (_, row) =>
    Float32Array.from(numbers.subarray(row * width, (row + 1) * width)),
  );
}
