import { readFileSync } from "node:fs";
import { VisionError } from "../core/errors.ts";
import type { ReferenceImage } from "../core/features.ts";
import type { Outcome } from "../core/prediction.ts";
import { hashToUnit, type Random, seededRandom, shuffled } from "../core/random.ts";
import type { Embedder } from "../embedding/embedder.ts";
import { CORRUPTIONS, type Corruption, decodeFull, encodeLike, type FullImage } from "../image/corruption.ts";
import type { Decoder } from "../image/decode.ts";
import { computeStatistics } from "../image/statistics/index.ts";
import { Projection } from "../profile/projection.ts";
import type { Artefact } from "./artefact.ts";
import type { ListedImage } from "./image-folder.ts";
import { type PredictionParts, predict } from "./measure.ts";
import type { ReferenceRow } from "./rows.ts";

export interface CopyParts extends PredictionParts {
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly maxPixels: number;
  readonly seed: number;
  onProgress(done: number, total: number): void;
}

/** Copies of the tested images, all with the same fault. */
export interface CorruptedSet {
  readonly corruption: Corruption;
  readonly strength: number;
  readonly rows: readonly ReferenceRow[];
}

export interface CorruptedCopies {
  /** True: the folder is the one the reference was built from, and only images of its half C were used. */
  readonly ofReference: boolean;
  /** Intact images from which the reference is made anew. */
  readonly fitted: readonly ReferenceRow[];
  /** Intact images of which the copies were made. */
  readonly tested: readonly ReferenceRow[];
  readonly sets: readonly CorruptedSet[];
  /** Median longer side of the originals in pixels. */
  readonly longSide: number;
}

/** What the copies are made of bounds the time: 250 images give 5,000 copies. */
const MOST_TESTED = 250;
const MOST_FITTED = 500;
const LEAST_IMAGES = 80;
/** One decodes while the other is embedded. */
const CONCURRENCY = 2;

interface Original {
  readonly item: ListedImage;
  readonly bytes: Uint8Array;
  readonly full: FullImage;
}

/**
 * Makes copies with every corruption at every strength and measures them as images are measured that arrive as pixels: a file written anew would
 * differ from its original in size and compression, and that would be found instead. Intact images go the same way.
 * Throws REFERENCE_TOO_FEW_IMAGES, REFERENCE_INPUT_INVALID, MODEL_UNREACHABLE.
 */
export async function makeCopies(
  listed: readonly ListedImage[],
  artefact: Artefact,
  parts: CopyParts,
): Promise<CorruptedCopies> {
  const { items, ofReference } = await chooseImages(shuffled(listed, seededRandom(parts.seed)), artefact, parts);
  const testedCount = Math.min(MOST_TESTED, Math.floor(items.length / 2));
  const testedItems = items.slice(0, testedCount);
  const fittedItems = items.slice(testedCount, testedCount + Math.min(MOST_FITTED, artefact.restImages));
  const longSide = median(testedItems.map(({ longSide: side }) => side));
  const measurer = new Measurer(Projection.fromState(artefact.projection), parts);
  const plan = CORRUPTIONS.flatMap((corruption) =>
    corruption.strengths(longSide).map((strength) => ({ corruption, strength })),
  );
  const total = testedItems.length + fittedItems.length;
  let done = 0;
  const each = async <T>(chosen: readonly SizedImage[], work: (original: Original) => Promise<T>): Promise<T[]> =>
    inParallel(chosen, async ({ item }) => {
      const result = await work(await readOriginal(item, parts.maxPixels));
      parts.onProgress(++done, total);
      return result;
    });
  const fitted = await each(fittedItems, (original) => measurer.measure(original, original.full));
  const copies = await each(testedItems, async (original) => ({
    intact: await measurer.measure(original, original.full),
    corrupted: await measurer.measureCopies(original, plan),
  }));
  const sets = plan.map((entry, index) => ({ ...entry, rows: copies.map(({ corrupted }) => corrupted[index]!) }));
  return { ofReference, fitted, tested: copies.map(({ intact }) => intact), sets, longSide };
}

class Measurer {
  readonly #projection: Projection;
  readonly #parts: CopyParts;

  constructor(projection: Projection, parts: CopyParts) {
    this.#projection = projection;
    this.#parts = parts;
  }

  async measureCopies(
    original: Original,
    plan: readonly { corruption: Corruption; strength: number }[],
  ): Promise<ReferenceRow[]> {
    const random = this.#randomOf(original.item);
    const rows: ReferenceRow[] = [];
    for (const { corruption, strength } of plan) {
      rows.push(await this.measure(original, await corruption.apply(original.full, strength, random)));
    }
    return rows;
  }

  async measure({ item, bytes, full }: Original, image: FullImage): Promise<ReferenceRow> {
    const { decoder, embedder, classes, predictions } = this.#parts;
    const decoded = await decoder.decode({ kind: "rgb", ...image });
    if ("reason" in decoded) throw new VisionError("REFERENCE_INPUT_INVALID", `${item.file}: ${decoded.reason}.`);
    const [embedding] = await embedder.embed([decoded.pixels]);
    const outcome =
      predictions.kind === "model" ? await this.#ask(item, bytes, image === full ? undefined : image) : undefined;
    const trueClass = item.label === undefined ? -1 : classes.indexOf(item.label);
    const measured: ReferenceImage = {
      ids: [item.file],
      timeSeconds: 0,
      weight: 1,
      statistics: computeStatistics(decoded.pixels),
      embedding: new Float32Array(0),
      ...(outcome && { outcome }),
      ...(trueClass >= 0 && { trueClass }),
    };
    return { image: measured, projected: this.#projection.project(embedding as Float32Array) };
  }

  async #ask(item: ListedImage, original: Uint8Array, copy: FullImage | undefined): Promise<Outcome | undefined> {
    return await predict(item, copy ? await encodeLike(original, copy) : original, this.#parts);
  }

  /** By the image, so that the order in which images come does not matter. */
  #randomOf({ file }: ListedImage): Random {
    return seededRandom(Math.floor(hashToUnit(`${this.#parts.seed} ${file}`) * 2 ** 32));
  }
}

interface SizedImage {
  readonly item: ListedImage;
  readonly longSide: number;
}

/**
 * The images of half C where the folder has some, known by their statistics; else all. Those of the other half gave the principal directions, and
 * a detector that is tested with them cries wolf.
 */
async function chooseImages(
  listed: readonly ListedImage[],
  { table, recipe }: Artefact,
  { decoder }: CopyParts,
): Promise<{ items: SizedImage[]; ofReference: boolean }> {
  const width = recipe.statistics.length;
  const known = new Set(
    Array.from({ length: table.count }, (_, row) => table.statistics.slice(row * width, (row + 1) * width).join()),
  );
  const seen = await inParallel(listed, async (item) => {
    const decoded = await decoder.decode({ kind: "encoded", bytes: readFileSync(item.path) });
    if ("reason" in decoded) return undefined;
    const { sourceWidth, sourceHeight } = decoded.pixels;
    const isKnown = known.has(computeStatistics(decoded.pixels).join());
    return { item, isKnown, longSide: Math.max(sourceWidth, sourceHeight) };
  });
  const readable = seen.filter((image) => image !== undefined);
  const own = readable.filter(({ isKnown }) => isKnown);
  const items = own.length > 0 ? own : readable;
  if (items.length < LEAST_IMAGES) {
    const which = own.length > 0 ? "of the reference's half C are in the folder" : "images in the folder can be read";
    throw new VisionError(
      "REFERENCE_TOO_FEW_IMAGES",
      `${items.length} ${which}; at least ${LEAST_IMAGES} are needed.`,
      {
        remedy: "Give the folder the reference was built from, or at least 80 other undrifted images.",
      },
    );
  }
  return { items, ofReference: own.length > 0 };
}

async function readOriginal(item: ListedImage, maxPixels: number): Promise<Original> {
  const bytes = readFileSync(item.path);
  const full = await decodeFull(bytes, maxPixels);
  if (!full) throw new VisionError("REFERENCE_INPUT_INVALID", `${item.file} cannot be decoded at its full size.`);
  return { item, bytes, full };
}

async function inParallel<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
