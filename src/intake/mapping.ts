import type { ImageInput } from "../core/inference.ts";
import type { Prediction } from "../core/prediction.ts";
import { imageFromJson, imageOrUndefined } from "./image-value.ts";
import { numbersOf } from "./json.ts";
import { rankedLabels } from "./label-score.ts";
import { LIMITS } from "./limits.ts";
import type { TensorOptions } from "./pixel-tensor.ts";
import { type Found, resolvePointer } from "./pointer.ts";
import { readItem } from "./reply-item.ts";

/** Where things are in a server's own JSON; each a pointer of `pointer.ts`. */
export interface Mapping {
  /** Images in the request; every element under `*` is one item of the batch. */
  readonly image?: string;
  /** Scores or boxes in the reply. */
  readonly scores?: string;
  /** The predicted class in the reply, for servers that give no scores. */
  readonly label?: string;
  /** Class names beside the scores, where these are not in class order. */
  readonly labels?: string;
  /** Id in the reply or else in the request; with `*` one an item. */
  readonly id?: string;
  /** Feature vectors in the reply, used instead of our own embedding. */
  readonly embedding?: string;
}

/** undefined when the image pointer leads nowhere, or to too many. */
export function mapImages(
  request: unknown,
  pointer: string,
  tensor: TensorOptions | undefined,
): (ImageInput | undefined)[] | undefined {
  const { values } = resolvePointer(pointer, request);
  if (values.length === 0 || values.length > LIMITS.images) return undefined;
  return values.map((value) => imageOrUndefined(imageFromJson(value, tensor)));
}

export function mapsReply({ scores, label }: Mapping): boolean {
  return scores !== undefined || label !== undefined;
}

export function mapReply(
  reply: unknown,
  count: number,
  mapping: Mapping,
): readonly (Prediction | undefined)[] | "mismatch" {
  const scores = rowsOf(resolvePointer(mapping.scores ?? mapping.label ?? "", reply), count);
  const labels = mapping.labels === undefined ? [] : rowsOf(resolvePointer(mapping.labels, reply), count);
  if (scores.length === 0) return new Array(count).fill(undefined);
  if ((count > 0 && scores.length !== count) || scores.length > LIMITS.images) return "mismatch";
  return scores.map((row, k) => rankedOf(row, labels[k]) ?? readItem(row));
}

/** A `*` runs over the images, or, when there is but one, may run over its classes: then it meets bare numbers and names. */
function rowsOf({ many, values }: Found, count: number): readonly unknown[] {
  const bare = values.every((value) => typeof value === "number" || typeof value === "string");
  return many && bare && count <= 1 && values.length > 0 ? [values] : values;
}

function rankedOf(scores: unknown, labels: unknown): Prediction | undefined {
  const numbers = numbersOf(scores);
  const ranked = numbers && rankedLabels(labels, numbers);
  return ranked && { kind: "ranked", ranked, complete: false };
}

export function mapEmbeddings(reply: unknown, pointer: string | undefined): readonly (Float32Array | undefined)[] {
  if (pointer === undefined) return [];
  return resolvePointer(pointer, reply)
    .values.slice(0, LIMITS.images)
    .map((value) => {
      const numbers = numbersOf(value);
      return numbers && numbers.length <= LIMITS.embeddingLength ? Float32Array.from(numbers) : undefined;
    });
}

/** The first of reply and request that has something there. */
export function mapIds(reply: unknown, request: unknown, pointer: string | undefined): Found {
  const found = pointer === undefined ? [] : [reply, request].map((body) => resolvePointer(pointer, body));
  return found.find(({ values }) => values.length > 0) ?? { many: false, values: [] };
}
