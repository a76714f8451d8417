import { readFileSync } from "node:fs";
import { type Classifier, classify } from "../../demo/classifier.ts";
import { type FaultKind, photographWithFault } from "../../demo/faults.ts";
import { loadImagery } from "../../demo/imagery.ts";
import { prepareFiles } from "../../demo/setup.ts";
import { CLASSES, type ClassName, cutTiles, photograph, type Tile, USUAL_MIX } from "../../demo/tiles.ts";
import type { ReferenceImage } from "../../src/core/features.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { defaultNetworkOptions } from "../../src/embedding/default-network.ts";
import type { Embedder } from "../../src/embedding/embedder.ts";
import { openOnnxEmbedder } from "../../src/embedding/onnx.ts";
import { createDecoder } from "../../src/image/decode.ts";
import { computeStatistics, STATISTICS } from "../../src/image/statistics/index.ts";
import { buildReference } from "../../src/reference/build.ts";
import { type Reference, restoreReference } from "../../src/reference/load.ts";

const SEED = 20261124;
const LIVE_IMAGES = 3_000;
const FAULTY_IMAGES = 300;

/** Pictures that went through decoding, statistics, network and classifier, by what the camera did. */
export interface Pools {
  readonly reference: Reference;
  readonly live: readonly ReferenceImage[];
  readonly blur: readonly ReferenceImage[];
  readonly noise: readonly ReferenceImage[];
  readonly dark: readonly ReferenceImage[];
  /** A class that nobody trained on. */
  readonly ice: readonly ReferenceImage[];
}

/** Real satellite tiles through the real pipeline, about 15 ms of CPU each. */
export async function measurePools(cacheDirectory: string): Promise<Pools> {
  const tiles = cutTiles(await loadImagery(cacheDirectory), SEED);
  const { classifier: path } = await prepareFiles(cacheDirectory, tiles, SEED);
  const embedder = await openOnnxEmbedder(defaultNetworkOptions());
  const measure = measurer(embedder, JSON.parse(readFileSync(path, "utf8")) as Classifier);
  const usual = (count: number, random: Random): Tile[] =>
    Array.from({ length: count }, () => {
      const name = chooseClass(random.next());
      return tiles.live[name][Math.floor(random.next() * tiles.live[name].length)] as Tile;
    });
  const faulty = (kind: FaultKind, strength: number, seed: number): Promise<ReferenceImage[]> =>
    measure(usual(FAULTY_IMAGES, seededRandom(seed)), seed, (tile, random) =>
      photographWithFault(tile, kind, strength, random),
    );
  const pools: Pools = {
    reference: referenceOf(await measure(tiles.reference, 1, photograph), embedder),
    live: await measure(usual(LIVE_IMAGES, seededRandom(2)), 2, photograph),
    blur: await faulty("blur", 0.5, 3),
    noise: await faulty("noise", 0.5, 4),
    dark: await faulty("dark", 0.7, 5),
    ice: await measure(tiles.ice.slice(0, FAULTY_IMAGES), 6, photograph),
  };
  await embedder.close();
  return pools;
}

function referenceOf(images: readonly ReferenceImage[], { id: embedderId, dimensions }: Embedder): Reference {
  const measured = images.map((image) => {
    const id = image.ids[0] as string;
    return { file: id, contentHash: id, image };
  });
  const recipe = { embedderId, dimensions, statistics: STATISTICS.map(({ name }) => name) };
  const options = { model: "satellite", recipe, classes: CLASSES, nowSeconds: 0, random: seededRandom(SEED) };
  return restoreReference("5a7e111e0000", buildReference(measured, options));
}

type Photograph = (tile: Tile, random: Random) => Promise<Buffer>;

function measurer(embedder: Embedder, classifier: Classifier) {
  const decoder = createDecoder({ maxBytes: 10 * 2 ** 20, maxPixels: 16e6, size: 224 });
  return async (tiles: readonly Tile[], seed: number, take: Photograph): Promise<ReferenceImage[]> => {
    const random = seededRandom(seed);
    const images: ReferenceImage[] = [];
    for (const [index, tile] of tiles.entries()) {
      const decoded = await decoder.decode({ kind: "encoded", bytes: await take(tile, random) });
      if ("reason" in decoded) throw new Error(`a tile cannot be read: ${decoded.reason}`);
      const [embedding] = (await embedder.embed([decoded.pixels])) as [Float32Array];
      const probabilities = Float64Array.from(classify(classifier, embedding));
      const confidence = Math.max(...probabilities);
      const trueClass = CLASSES.indexOf(tile.label as ClassName);
      images.push({
        ids: [`${seed}-${index}`],
        timeSeconds: 0,
        weight: 1,
        statistics: computeStatistics(decoded.pixels),
        embedding,
        outcome: { classIndex: probabilities.indexOf(confidence), confidence, probabilities },
        // Ice has no class of its own; whoever labels it says what comes closest.
        trueClass: trueClass < 0 ? CLASSES.indexOf("desert") : trueClass,
      });
    }
    return images;
  };
}

function chooseClass(draw: number): ClassName {
  let left = draw;
  for (const name of CLASSES) {
    left -= USUAL_MIX[name];
    if (left < 0) return name;
  }
  return "water";
}
