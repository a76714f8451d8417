import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../src/core/random.ts";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../src/embedding/onnx.ts";
import { createDecoder } from "../src/image/decode.ts";
import { classify, type TrainingExample, trainClassifier } from "./classifier.ts";
import { CLASSES, photograph, type Tile, type TileSets } from "./tiles.ts";

/** Files that the demo makes once and keeps in its cache, each named after the network it was made with. */
export interface DemoFiles {
  readonly classifier: string;
  /** Folder of JPEGs, one sub-folder a class. */
  readonly referenceImages: string;
  readonly reference: string;
}

export async function prepareFiles(cacheDirectory: string, tiles: TileSets, seed: number): Promise<DemoFiles> {
  const embedder = await openOnnxEmbedder(defaultNetworkOptions());
  const key = createHash("sha256").update(`${embedder.id} ${seed} 2`).digest("hex").slice(0, 12);
  const directory = join(cacheDirectory, `demo-${key}`);
  mkdirSync(directory, { recursive: true });
  const files: DemoFiles = {
    classifier: join(directory, "classifier.json"),
    referenceImages: join(directory, "reference-images"),
    reference: join(directory, "satellite.vxref"),
  };
  if (!existsSync(files.classifier)) {
    process.stdout.write(`· training the model on ${tiles.training.length} tiles …\n`);
    const examples = await toExamples(tiles.training, embedder, seed);
    const classifier = trainClassifier(examples, CLASSES);
    writeFileSync(files.classifier, JSON.stringify(classifier));
    const right = examples.filter(
      ({ features, classIndex }) => argmax(classify(classifier, features)) === classIndex,
    ).length;
    process.stdout.write(`  right on ${right} of its ${examples.length} training tiles\n`);
  }
  await writeReferenceImages(files.referenceImages, tiles.reference, seed);
  await embedder.close();
  return files;
}

async function toExamples(
  tiles: readonly Tile[],
  embedder: Awaited<ReturnType<typeof openOnnxEmbedder>>,
  seed: number,
): Promise<TrainingExample[]> {
  const random = seededRandom(seed);
  const decoder = createDecoder({ maxBytes: 10 * 2 ** 20, maxPixels: 16e6, size: 224 });
  const examples: TrainingExample[] = [];
  for (const tile of tiles) {
    const decoded = await decoder.decode({ kind: "encoded", bytes: await photograph(tile, random) });
    if ("reason" in decoded) throw new Error(`a training tile cannot be read: ${decoded.reason}`);
    const [features] = await embedder.embed([decoded.pixels]);
    examples.push({ features: features as Float32Array, classIndex: CLASSES.indexOf(tile.label as never) });
  }
  return examples;
}

async function writeReferenceImages(directory: string, tiles: readonly Tile[], seed: number): Promise<void> {
  const marker = join(directory, ".complete");
  if (existsSync(marker)) return;
  rmSync(directory, { recursive: true, force: true });
  const random = seededRandom(seed + 1);
  for (const name of CLASSES) mkdirSync(join(directory, name), { recursive: true });
  for (const [index, tile] of tiles.entries()) {
    writeFileSync(join(directory, tile.label, `${String(index).padStart(4, "0")}.jpg`), await photograph(tile, random));
  }
  writeFileSync(marker, "");
}

function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
