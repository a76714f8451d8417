// What one image costs from its bytes to its features: decode, statistics, embedding, in the thread that the analyser runs.
// Run: node dist/bench/features.js [images for the memory figure, 2000]
import sharp from "sharp";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { FeatureThread } from "../src/features/feature-thread.ts";
import { paintScene } from "./scene.ts";

export interface FeatureFigures {
  /** Images per second of CPU time, all threads counted. */
  readonly vgaPerSecond: number;
  readonly fullHdPerSecond: number;
  /** CPU milliseconds of a 640 × 480 JPEG, its way to the thread and back included. */
  readonly measureMilliseconds: number;
  readonly embedMilliseconds: number;
  readonly images: number;
  readonly rssMebibytes: number;
  /** Growth of memory over the last three quarters of the images: least squares. */
  readonly rssSlopeMebibytesPer1000: number;
}

type Analyse = (bytes: Uint8Array) => Promise<void>;

const SCENES = 8;
const ROUNDS = 5;
const TIMED_IMAGES = 40;
const WARM_UP_IMAGES = 50;
const MEBIBYTE = 2 ** 20;
/** As the pipeline does: one image decodes while another is embedded. */
const CONCURRENCY = 2;

export async function benchFeatures(images = 2000): Promise<FeatureFigures> {
  const vga = await paintJpegs(640, 480);
  const fullHd = await paintJpegs(1920, 1080);
  const thread = await FeatureThread.start({
    setup: {
      network: defaultNetworkOptions(),
      decode: { maxBytes: 10 * MEBIBYTE, maxPixels: 25e6, size: 224 },
    },
  });
  const analyse =
    (embedding: boolean): Analyse =>
    async (bytes) => {
      const extracted = await thread.extract({ kind: "encoded", bytes }, { embedding, thumbnail: false });
      if ("reason" in extracted) throw new Error(extracted.reason);
    };
  const whole = await cpuMilliseconds(vga, analyse(true));
  const measured = await cpuMilliseconds(vga, analyse(false));
  const figures = {
    vgaPerSecond: 1000 / whole,
    fullHdPerSecond: 1000 / (await cpuMilliseconds(fullHd, analyse(true))),
    measureMilliseconds: measured,
    embedMilliseconds: whole - measured,
    images,
    ...(await watchMemory([...vga, ...fullHd], images, analyse(true))),
  };
  await thread.close();
  return figures;
}

export function toMarkdown(figures: FeatureFigures): string {
  const { vgaPerSecond, fullHdPerSecond, measureMilliseconds, embedMilliseconds } = figures;
  const cells = [
    vgaPerSecond.toFixed(0),
    fullHdPerSecond.toFixed(0),
    [measureMilliseconds, embedMilliseconds].map((value) => value.toFixed(1)).join(" + "),
    `${figures.rssMebibytes.toFixed(0)} after ${figures.images}`,
    figures.rssSlopeMebibytesPer1000.toFixed(2),
  ];
  return [
    "| 640 × 480 JPEG/s/core | 1080p JPEG/s/core | CPU ms: decode and statistics + embed | RSS MiB | MiB per 1,000 images |",
    "|---|---|---|---|---|",
    `| ${cells.join(" | ")} |`,
  ].join("\n");
}

/** One after the other: painting takes more memory than analysing, and would show in the figure. */
async function paintJpegs(width: number, height: number): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (let seed = 0; seed < SCENES; seed++) {
    const { data } = paintScene(width, height, seed);
    files.push(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 85 })
        .toBuffer(),
    );
  }
  return files;
}

/** An image's CPU in the best of several rounds: what else runs on the machine can only add to it. */
async function cpuMilliseconds(files: readonly Uint8Array[], work: Analyse): Promise<number> {
  await runAll(files, WARM_UP_IMAGES, work);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    await runAll(files, TIMED_IMAGES, work);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000 / TIMED_IMAGES);
  }
  return least;
}

async function runAll(files: readonly Uint8Array[], count: number, work: Analyse): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(files[next++ % files.length] as Uint8Array);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

async function watchMemory(
  files: readonly Uint8Array[],
  images: number,
  analyse: Analyse,
): Promise<Pick<FeatureFigures, "rssMebibytes" | "rssSlopeMebibytesPer1000">> {
  const step = Math.max(1, Math.ceil(images / 40));
  const samples: { readonly x: number; readonly y: number }[] = [];
  for (let done = 0; done < images; done += step) {
    await runAll(files, step, analyse);
    if (done >= images / 4) samples.push({ x: done / 1000, y: process.memoryUsage.rss() / MEBIBYTE });
  }
  return { rssMebibytes: process.memoryUsage.rss() / MEBIBYTE, rssSlopeMebibytesPer1000: slope(samples) };
}

function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}

if (process.argv[1] === import.meta.filename) {
  const images = Number(process.argv[2] ?? 2000);
  process.stdout.write(`${toMarkdown(await benchFeatures(images))}\n`);
}
