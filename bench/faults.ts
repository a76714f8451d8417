/**
 * Is the cause named right? Faults are planted in real satellite tiles and the whole product judges the windows: decode, statistics,
 * embedding, monitor, explanation. 12 kinds and a fog × 3 strengths × seeds. Needs the files of the demo (`npm run demo -- --once`).
 * Run: node dist/bench/faults.js [seeds, from-to] [kinds, with commas]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Classifier } from "../demo/classifier.ts";
import { loadImagery } from "../demo/imagery.ts";
import { CLASSES, cutTiles } from "../demo/tiles.ts";
import type { WindowAssessment } from "../src/core/assessment.ts";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../src/embedding/onnx.ts";
import { createDecoder } from "../src/image/decode.ts";
import { STATISTICS } from "../src/image/statistics/index.ts";
import { LabelTable } from "../src/monitor/label-table.ts";
import { Monitor } from "../src/monitor/monitor.ts";
import { loadReference } from "../src/reference/load.ts";
import { MemoryStore } from "../src/state/memory.ts";
import { machine } from "./machine.ts";
import { type Kind, type Planted, PlantedFaults } from "./planted.ts";
import { writeSection } from "./section.ts";

const RULES = { keepSeconds: 60, keepEarlySeconds: 0, onConflict: "last", unknownClass: "reject" } as const;

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

const planted = new PlantedFaults({ tiles, classifier, decoder, embedder, folder: join(CACHE, "planted-faults") });

async function judge(window: Planted): Promise<{ window: WindowAssessment; trueRatio: number }> {
  const monitor = newMonitor();
  let right = 0;
  for (const [index, { trueClass, probabilities, statistics, embedding }] of (
    await planted.measure(window)
  ).entries()) {
    const classIndex = probabilities.indexOf(Math.max(...probabilities));
    const outcome = { classIndex, confidence: probabilities[classIndex] as number, probabilities };
    const ids = [`${window.kind}-${window.seed}-${index}`];
    const timeSeconds = index / 10;
    if (CLASSES[classIndex] === trueClass) right += 1;
    await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "1", outcome, weight: 1 });
    monitor.recordImage({ ids, timeSeconds, weight: 1, statistics, embedding, outcome });
    if (index % 30 === 29) await monitor.assess(timeSeconds);
  }
  await monitor.assess(window.images / 10);
  return { window: monitor.assessment().windows[0] as WindowAssessment, trueRatio: right / window.images };
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
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: RULES,
      gallery: { imagesPerGroup: 4, keepSeconds: 60 },
    },
    new LabelTable(new MemoryStore({ maxKeys: 10_000 }), CLASSES, RULES),
  );
}

const [firstSeed = 1, lastSeed = firstSeed] = (process.argv[2] ?? "1-5").split("-").map(Number);
const only = process.argv[3]?.split(",");
const kinds = (Object.keys(RIGHT) as Kind[]).filter((kind) => !only || only.includes(kind));

function named({ causes: [top] }: WindowAssessment): string {
  if (!top) return "none";
  return top.kind === "statistic" ? `${top.kind}:${top.subject}` : top.kind;
}

/** "a 4, b" for four windows named a and one named b. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} ${count}`)).join(", ");
}

interface Judged {
  readonly name: string;
  readonly drifts: boolean;
}

async function judgeCase(kind: Kind, strength: number): Promise<{ row: string; judged: readonly Judged[] }> {
  const judged: Judged[] = [];
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    const { window, trueRatio } = await judge({ kind, strength, seed, images: IMAGES });
    judged.push({ name: named(window), drifts: window.signals.some(({ drifting }) => drifting) });
    const [estimate] = window.estimates;
    const told = estimate ? `${estimate.accuracy.value.toFixed(2)}${estimate.trusted ? "" : ", not trusted"}` : "none";
    console.log(`${kind} ${strength} ${window.verdict}: accuracy ${trueRatio.toFixed(2)}, estimate ${told}`);
    for (const cause of window.causes) console.log(`   ${cause.shareRatio.toFixed(2)} ${cause.sentence}`);
  }
  const found = judged.filter(({ drifts }) => drifts);
  const right = found.filter(({ name }) => RIGHT[kind].includes(name));
  const names = counted(judged.map(({ name }) => name));
  return {
    row: `| ${kind} | ${strength} | ${names} | ${found.length} of ${judged.length} | ${right.length} |`,
    judged: found,
  };
}

const rows: string[] = [];
let found = 0;
let right = 0;
for (const kind of kinds) {
  for (const strength of kind === "normal" ? [0] : STRENGTHS) {
    const { row, judged } = await judgeCase(kind, strength);
    rows.push(row);
    found += judged.length;
    right += judged.filter(({ name }) => RIGHT[kind].includes(name)).length;
  }
}
await embedder.close();
const table = ["| fault | strength | top cause | drift found | rightly named |", "|---|---|---|---|---|", ...rows].join(
  "\n",
);
const summary = `Top cause right in ${right} of the ${found} windows in which drift was found. Seeds ${firstSeed} to ${lastSeed}, machine: ${machine()}.`;
console.log(`\n${summary}\n\n${table}`);
if (!only) writeSection("docs/benchmarks.md", "npm run bench:faults", `${summary}\n\n${table}`);
