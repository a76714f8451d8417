/**
 * Is the cause named right? Faults are planted in real satellite tiles and the whole product judges the windows: decode, statistics,
 * embedding, monitor, explanation. 12 kinds × 3 strengths × seeds. Needs the files of the demo (`npm run demo -- --once`).
 * Run: node dist/bench/faults.js [seeds]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Classifier, classify } from "../demo/classifier.ts";
import { FAULT_KINDS, type FaultKind, photographWithFault } from "../demo/faults.ts";
import { loadImagery } from "../demo/imagery.ts";
import { CLASSES, type ClassName, cutTiles, photograph, type Tile, type TileSets, USUAL_MIX } from "../demo/tiles.ts";
import type { WindowAssessment } from "../src/core/assessment.ts";
import { seededRandom } from "../src/core/random.ts";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../src/embedding/onnx.ts";
import { createDecoder } from "../src/image/decode.ts";
import { computeStatistics, STATISTICS } from "../src/image/statistics/index.ts";
import { Monitor } from "../src/monitor/monitor.ts";
import { loadReference } from "../src/reference/load.ts";
import { MemoryStore } from "../src/state/memory.ts";

type Kind = FaultKind | "normal" | "fog" | "unseen_class" | "class_shares" | "frozen_camera";

interface Case {
  readonly kind: Kind;
  readonly strength: number;
}

/** What the top cause may be, as `kind:subject` or `kind`. */
const RIGHT: Readonly<Record<Kind, readonly string[]>> = {
  normal: ["none"],
  fog: ["statistic:sharpness", "statistic:contrast", "statistic:saturation"],
  blur: ["statistic:sharpness", "statistic:noise"],
  defocus: ["statistic:sharpness", "statistic:noise"],
  motion: ["statistic:edge_coherence", "statistic:sharpness"],
  noise: ["statistic:noise"],
  dark: ["statistic:brightness", "statistic:dark_clipping"],
  bright: ["statistic:brightness", "statistic:bright_clipping"],
  low_contrast: ["statistic:contrast"],
  colour_cast: ["statistic:colour_cast", "statistic:saturation"],
  jpeg_quality: ["statistic:blockiness", "statistic:bytes_per_pixel"],
  unseen_class: ["new_region"],
  class_shares: ["class_mix"],
  frozen_camera: ["frozen"],
};
const STRENGTHS = [0.2, 0.5, 0.9];
const IMAGES = 150;
const SEED = 20261124;
const CACHE = resolve(".cache");

const tiles = cutTiles(await loadImagery(CACHE), SEED);
const folder = join(
  CACHE,
  readdirSync(CACHE).find((name) => existsSync(join(CACHE, name, "satellite.vxref"))) as string,
);
const classifier = JSON.parse(readFileSync(join(folder, "classifier.json"), "utf8")) as Classifier;
const embedder = await openOnnxEmbedder(defaultNetworkOptions());
const decoder = createDecoder({ maxBytes: 10 * 2 ** 20, maxPixels: 16e6, size: 224 });
const recipe = {
  embedderId: embedder.id,
  dimensions: embedder.dimensions,
  statistics: STATISTICS.map(({ name }) => name),
};
const reference = loadReference(join(folder, "satellite.vxref"), recipe);

async function judge({ kind, strength }: Case, seed: number): Promise<{ window: WindowAssessment; trueRatio: number }> {
  const random = seededRandom(seed);
  const monitor = newMonitor();
  let right = 0;
  const frozen = chooseTile(tiles, USUAL_MIX, random.next(), random.next());
  for (let index = 0; index < IMAGES; index++) {
    const tile = pick(kind, strength, frozen, random.next(), random.next(), random.next());
    const jpeg = await takePicture(kind, strength, tile, kind === "frozen_camera" ? seededRandom(1) : random);
    const decoded = await decoder.decode({ kind: "encoded", bytes: jpeg });
    if ("reason" in decoded) throw new Error(decoded.reason);
    const [embedding] = await embedder.embed([decoded.pixels]);
    const probabilities = Float64Array.from(classify(classifier, embedding as Float32Array));
    const classIndex = probabilities.indexOf(Math.max(...probabilities));
    const outcome = { classIndex, confidence: probabilities[classIndex] as number, probabilities };
    const ids = [`${kind}-${seed}-${index}`];
    const timeSeconds = index / 10;
    if (CLASSES[classIndex] === tile.label) right += 1;
    await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "1", outcome, weight: 1 });
    monitor.recordImage({
      ids,
      timeSeconds,
      weight: 1,
      statistics: computeStatistics(decoded.pixels),
      embedding: embedding as Float32Array,
      outcome,
    });
    if (index % 30 === 29) await monitor.assess(timeSeconds);
  }
  await monitor.assess(IMAGES / 10);
  return { window: monitor.assessment().windows[0] as WindowAssessment, trueRatio: right / IMAGES };
}

function newMonitor(): Monitor {
  return new Monitor(
    {
      model: "satellite",
      modelVersion: "1",
      classes: CLASSES,
      reference,
      windows: [{ name: "all", durationSeconds: 60 }],
      chunkSeconds: 5,
      chunkImages: 1_000,
      budget: { everyDays: 30, imagesPerSecond: 1 },
      labels: { keepSeconds: 60, keepEarlySeconds: 0, onConflict: "last", unknownClass: "reject" },
      gallery: { imagesPerGroup: 4, keepSeconds: 60 },
    },
    new MemoryStore({ maxKeys: 10_000 }),
  );
}

function pick(kind: Kind, strength: number, frozen: Tile, first: number, second: number, third: number): Tile {
  if (kind === "frozen_camera") return frozen;
  if (kind === "unseen_class" && third < 0.1 + 0.5 * strength)
    return tiles.ice[Math.floor(second * tiles.ice.length)] as Tile;
  const water = USUAL_MIX.water + strength * (0.9 - USUAL_MIX.water);
  const others = (1 - water) / (1 - USUAL_MIX.water);
  const shifted = {
    cloudy: USUAL_MIX.cloudy * others,
    desert: USUAL_MIX.desert * others,
    green_area: USUAL_MIX.green_area * others,
    water,
  };
  return chooseTile(tiles, kind === "class_shares" ? shifted : USUAL_MIX, first, second);
}

function chooseTile({ live }: TileSets, mix: Readonly<Record<ClassName, number>>, draw: number, place: number): Tile {
  let left = draw;
  for (const name of CLASSES) {
    left -= mix[name];
    if (left < 0) return live[name][Math.floor(place * live[name].length)] as Tile;
  }
  return live.water[0] as Tile;
}

function takePicture(
  kind: Kind,
  strength: number,
  tile: Tile,
  random: ReturnType<typeof seededRandom>,
): Promise<Buffer> {
  if (kind === "fog") return photograph(tile, random, strength);
  if ((FAULT_KINDS as readonly string[]).includes(kind))
    return photographWithFault(tile, kind as FaultKind, strength, random);
  return photograph(tile, random);
}

const seeds = Number(process.argv[2] ?? 1);
const only = process.argv[3]?.split(",");
const kinds = (Object.keys(RIGHT) as Kind[]).filter((kind) => !only || only.includes(kind));
const rows: string[] = [];
let found = 0;
let rightlyNamed = 0;
for (const kind of kinds) {
  for (const strength of kind === "normal" ? [0] : STRENGTHS) {
    const named: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const { window, trueRatio } = await judge({ kind, strength }, 1000 * seed + Math.round(100 * strength));
      const [top] = window.causes;
      const name = top ? (top.kind === "statistic" ? `${top.kind}:${top.subject}` : top.kind) : "none";
      named.push(name);
      const drifts = window.signals.some(({ drifting }) => drifting);
      if (drifts) found += 1;
      if (drifts && RIGHT[kind].includes(name)) rightlyNamed += 1;
      const estimate = window.estimates[0];
      console.log(
        [
          kind,
          strength,
          window.verdict,
          name,
          `${window.driftingImages}/${window.imageCount}`,
          `true ${trueRatio.toFixed(2)}`,
          `est ${estimate?.accuracy.value.toFixed(2)}${estimate?.trusted ? "" : "!"}`,
        ].join(" "),
        process.env["VERBOSE"]
          ? `\n   ${window.causes.map(({ sentence, shareRatio }) => `${shareRatio.toFixed(2)} ${sentence}`).join("\n   ")}`
          : "",
        process.env["VERBOSE"]
          ? `\n   ${window.signals
              .filter(({ detector }) => detector === "embedding_distance")
              .map(({ subject, score, drifting }) => `${subject} ${score.value.toFixed(2)}${drifting ? "*" : ""}`)
              .join("  ")}`
          : "",
      );
    }
    rows.push(
      `| ${kind} | ${strength} | ${named.join(", ")} | ${named.filter((name) => RIGHT[kind].includes(name)).length} of ${named.length} |`,
    );
  }
}
const page = ["| fault | strength | top cause, seed by seed | right |", "|---|---|---|---|", ...rows].join("\n");
console.log(`\ntop cause right in ${rightlyNamed} of ${found} windows in which drift was found\n\n${page}`);
if (process.env["OUT"]) writeFileSync(process.env["OUT"], `${page}\n`);
await embedder.close();
