/** Cost of what the analyser does beside decoding and embedding: project, record, assess, scrape. Run: node dist/bench/monitor.js */
import type { ReferenceImage } from "../src/core/features.ts";
import { seededRandom } from "../src/core/random.ts";
import { Exposition } from "../src/metrics/exposition.ts";
import { Telemetry } from "../src/metrics/self.ts";
import { LabelTable } from "../src/monitor/label-table.ts";
import { Monitor } from "../src/monitor/monitor.ts";
import type { Projected } from "../src/profile/projection.ts";
import { restoreReference } from "../src/reference/load.ts";
import { MemoryStore } from "../src/state/memory.ts";
import { syntheticArtefact, syntheticImage } from "./synthetic.ts";

const RULES = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;

export interface MonitorFigures {
  readonly projectMicroseconds: number;
  /** recordImage() of an image whose projection is there already. */
  readonly recordMicroseconds: number;
  /** recordImage() as it is. The two others add up to less, since a projection alone finds its matrix in the processor's cache. */
  readonly wholeMicroseconds: number;
  readonly assessMilliseconds: number;
  readonly scrapeMilliseconds: number;
  readonly series: number;
}

const CLASSES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const DIMENSIONS = 1280;
const IMAGES = 4_000;
const DAY_SECONDS = 86_400;

export async function benchMonitor(): Promise<MonitorFigures> {
  const options = { classes: CLASSES, dimensions: DIMENSIONS };
  const reference = restoreReference("synthetic", syntheticArtefact(1_000, options, 1));
  const monitor = new Monitor(
    {
      model: "bench",
      modelVersion: "1",
      classes: CLASSES,
      reference,
      windows: [
        { name: "10m", durationSeconds: 600 },
        { name: "1h", durationSeconds: 3_600 },
        { name: "24h", durationSeconds: DAY_SECONDS },
      ],
      chunkSeconds: 60,
      chunkImages: 1_000,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: RULES,
      gallery: { imagesPerGroup: 48, keepSeconds: DAY_SECONDS },
    },
    new LabelTable(new MemoryStore({ maxKeys: 100_000 }), CLASSES, RULES),
  );
  const random = seededRandom(2);
  const images = Array.from({ length: IMAGES }, (_, index) => syntheticImage(`live-${index}`, options, random));
  const projectMicroseconds = cpuMicroseconds(images, (image) => reference.projection.project(image.embedding));
  // A thin day first, so that every window has its chunks; then the rate at which the cost counts.
  let timeSeconds = 0;
  const record = (secondsApart: number) => (image: ReferenceImage) => {
    timeSeconds += secondsApart;
    monitor.recordImage({ ...image, timeSeconds });
  };
  images.forEach(record(DAY_SECONDS / IMAGES));
  await monitor.assess(timeSeconds);
  const wholeMicroseconds = cpuMicroseconds(images, record(0.2));
  const known = new Map(images.map(({ embedding }) => [embedding, reference.projection.project(embedding)]));
  const { project } = reference.projection;
  reference.projection.project = (embedding) => known.get(embedding) as Projected;
  const recordMicroseconds = cpuMicroseconds(images, record(0.2));
  reference.projection.project = project;
  await monitor.assess(timeSeconds);
  const assess = await cpuMillisecondsOf(5, () => monitor.assess(timeSeconds));
  const exposition = new Exposition({
    build: { version: "bench", revision: "" },
    sampling: { predictionsRatio: 1, imagesRatio: 1 },
    maxClasses: 50,
    maxSeries: 3_000,
    statisticScores: ["kolmogorov_smirnov"],
    binEdges: false,
    tap: true,
  });
  const scrape = {
    assessment: monitor.assessment(),
    counters: monitor.counters(),
    telemetry: new Telemetry().snapshot(),
    queue: { length: 0, capacity: 64 },
    embedderUp: true,
    logMessages: {},
  };
  const { body } = await exposition.render(scrape, "");
  return {
    projectMicroseconds,
    recordMicroseconds,
    wholeMicroseconds,
    assessMilliseconds: assess,
    scrapeMilliseconds: await cpuMillisecondsOf(20, () => exposition.render(scrape, "")),
    series: body.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length,
  };
}

export function toMarkdown(figures: MonitorFigures): string {
  const { projectMicroseconds, recordMicroseconds, wholeMicroseconds, assessMilliseconds, scrapeMilliseconds, series } =
    figures;
  const cells = [
    projectMicroseconds.toFixed(0),
    recordMicroseconds.toFixed(0),
    wholeMicroseconds.toFixed(0),
    assessMilliseconds.toFixed(0),
    `${scrapeMilliseconds.toFixed(1)} at ${series} series`,
  ];
  return [
    "| project, CPU µs (goal ≤ 500) | record beyond it, CPU µs (goal ≤ 100) | both together, CPU µs | assess three windows, CPU ms (on a timer) | scrape, CPU ms (goal ≤ 25 at 1,000 series) |",
    "|---|---|---|---|---|",
    `| ${cells.join(" | ")} |`,
  ].join("\n");
}

function cpuMicroseconds<T>(items: readonly T[], work: (item: T) => void): number {
  for (const item of items.slice(0, 200)) work(item);
  const start = process.cpuUsage();
  for (const item of items) work(item);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / items.length;
}

async function cpuMillisecondsOf(times: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const start = process.cpuUsage();
  for (let time = 0; time < times; time++) await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / times;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${toMarkdown(await benchMonitor())}\n`);
