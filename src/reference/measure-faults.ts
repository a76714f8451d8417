import { readFileSync } from "node:fs";
import { hashToUnit, type Random, seededRandom } from "../core/random.ts";
import type { Embedder } from "../embedding/embedder.ts";
import { decodeFull, encodeLike, type FullImage } from "../image/corruption.ts";
import type { Decoder } from "../image/decode.ts";
import { atFaultSize, KNOWN_FAULTS } from "../image/known-faults.ts";
import type { ListedImage } from "./image-folder.ts";

/** The embeddings of some reference images, as they are and with each known fault. Rows in the same order everywhere. */
export interface MeasuredFaults {
  readonly intact: readonly Float32Array[];
  readonly faults: readonly {
    readonly statistic: string;
    readonly sign: 1 | -1;
    readonly copies: readonly Float32Array[];
  }[];
}

export interface FaultParts {
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly maxPixels: number;
  onProgress(done: number, total: number): void;
}

/** A mean over so many images is known well enough; each costs one embedding per fault and one more. */
const IMAGES = 48;

/**
 * Makes each known fault in some of the images and measures the copies as live images are. Which images: those with the smallest hash, so that the
 * order of the folder does not matter. An image that cannot be decoded is left out. The intact ones are written anew as well, since that leaves a trace of its own.
 */
export async function measureFaults(listed: readonly ListedImage[], parts: FaultParts): Promise<MeasuredFaults> {
  const chosen = [...listed].sort((a, b) => hashToUnit(a.file) - hashToUnit(b.file)).slice(0, IMAGES);
  const intact: Float32Array[] = [];
  const copies = KNOWN_FAULTS.map(() => [] as Float32Array[]);
  const random = seededRandom(1);
  for (const [index, { path }] of chosen.entries()) {
    const measured = await measureCopies(readFileSync(path), random, parts);
    parts.onProgress(index + 1, chosen.length);
    if (!measured) continue;
    intact.push(measured.intact);
    for (const [fault, copy] of measured.copies.entries()) copies[fault]!.push(copy);
  }
  return {
    intact,
    faults: KNOWN_FAULTS.map(({ statistic, sign }, index) => ({ statistic, sign, copies: copies[index]! })),
  };
}

async function measureCopies(
  bytes: Uint8Array,
  random: Random,
  parts: FaultParts,
): Promise<{ intact: Float32Array; copies: Float32Array[] } | undefined> {
  const full = await decodeFull(bytes, parts.maxPixels);
  if (!full) return undefined;
  const image = await atFaultSize(full);
  const embed = async (pixels: FullImage): Promise<Float32Array | undefined> => {
    const decoded = await parts.decoder.decode({ kind: "encoded", bytes: await encodeLike(bytes, pixels) });
    return "reason" in decoded ? undefined : (await parts.embedder.embed([decoded.pixels]))[0];
  };
  const intact = await embed(image);
  const copies: Float32Array[] = [];
  for (const fault of KNOWN_FAULTS) {
    const copy = await embed(await fault.apply(image, random));
    if (copy) copies.push(copy);
  }
  return intact && copies.length === KNOWN_FAULTS.length ? { intact, copies } : undefined;
}
