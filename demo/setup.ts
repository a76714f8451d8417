import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../src/core/random.ts";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../src/embedding/onnx.ts";
import { createDecoder } from "../src/image/decode.ts";
import { classify, type TrainingExample, trainClassifier } from "./classifier.ts";
import { CLASSES, photograph, type Tile, type TileSets } from "./tiles.ts";

/** Files that the demo makes once and keeps in its cache, each named after what it was made of. */
export interface DemoFiles {
  readonly classifier: string;
  /** Folder of JPEGs, one sub-folder a class. */
  readonly referenceImages: string;
  readonly reference: string;
  /** What the reference that stands there was made of. */
  readonly referenceKey: string;
}

export async function prepareFiles(cacheDirectory: string, tiles: TileSets, seed: number): Promise<DemoFiles> {
  const embedder = await openOnnxEmbedder(defaultNetworkOptions());
  const directory = join(cacheDirectory, `demo-${digest(embedder.id, seed, ...tileBytes(tiles)).slice(0, 12)}`);
  mkdirSync(directory, { recursive: true });
  const files: DemoFiles = {
    classifier: join(directory, "classifier.json"),
    referenceImages: join(directory, "reference-images"),
    reference: join(directory, "satellite.vxref"),
    referenceKey: join(directory, "satellite.vxref.key"),
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

/** Builds the reference with `build` unless the one that stands there was made by the same program from the same files. */
export async function keepReference(
  { classifier, reference, referenceKey }: DemoFiles,
  programDirectory: string,
  build: () => Promise<void>,
): Promise<void> {
  const modules = readdirSync(programDirectory, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  // The images follow from what names the directory.
  const key = digest(
    readFileSync(classifier),
    ...modules.sort().map((name) => readFileSync(join(programDirectory, name))),
  );
  const known = existsSync(reference) && existsSync(referenceKey) ? readFileSync(referenceKey, "utf8") : "";
  if (known === key) {
    process.stdout.write("· the reference of an earlier run fits: same program, same model, same images\n");
    return;
  }
  rmSync(referenceKey, { force: true });
  await build();
  writeFileSync(referenceKey, key);
}

function digest(...parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(typeof part === "number" ? String(part) : part).update("\0");
  return hash.digest("hex");
}

function tileBytes({ training, reference }: TileSets): readonly Uint8Array[] {
  return [...training, ...reference].map(({ rgb }) => rgb);
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
