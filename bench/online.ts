/**
 * Runs the product's own online alarm over the streams of the neutral plan (100 images like the reference's, then a shift).
 * Usage: online.js --plan DIR --out FILE [--asked 500] [--seed 1] [--repeat 1] [--references N]
 * Writes FILE (method,stream,index,first_alarm; −1 for none). `seed` splits the reference into its halves; with --repeat each image of a
 * null stream comes so many times, as in a video. With --references it draws N fresh references instead and prints the
 * images per false alarm of each, on streams of 5 times as many images as asked.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Random, seededRandom, shuffled } from "../src/core/random.ts";
import { OnlineAlarm } from "../src/drift/online-alarm.ts";
import { OnlineLimits } from "../src/drift/online-limits.ts";
import { type Projected, Projection } from "../src/profile/projection.ts";
import { type NumpyArray, readNumpy, rowOf } from "./npy.ts";

const METHOD = "vision-exporter online alarm";
const REFERENCE_IMAGES = 1000;
/** Streams of each fresh reference. */
const STREAMS = 20;
const STREAM_LENGTHS = 5;

interface Plan {
  readonly directory: string;
  readonly features: NumpyArray & { data: Float32Array };
  /** The rows that the streams are to be compared with. */
  readonly reference: readonly number[];
  /** First and last + 1 of the rows that references come from. */
  readonly pool: readonly [number, number];
}

interface Cost {
  microseconds: number;
  images: number;
}

/** A reference, and what it made of the rows that were asked for. */
class Fitted {
  readonly projection: Projection;
  readonly limits: OnlineLimits;
  readonly fitSeconds: number;
  readonly #plan: Plan;
  readonly #projected = new Map<number, Projected>();

  constructor(plan: Plan, rows: readonly number[], random: Random) {
    this.#plan = plan;
    const images = shuffled(rows, random);
    const half = Math.floor(images.length / 2);
    const embeddings = (part: readonly number[]): Float32Array[] => part.map((row) => rowOf(plan.features, row));
    this.projection = Projection.fit(embeddings(images.slice(0, half)), embeddings(images.slice(half)));
    const projected = images.slice(half).map((row) => this.project(row));
    const start = process.cpuUsage();
    this.limits = OnlineLimits.fit({ projection: this.projection, projected });
    this.fitSeconds = microsecondsSince(start) / 1e6;
  }

  project(row: number): Projected {
    const known = this.#projected.get(row);
    if (known) return known;
    const projected = this.projection.project(rowOf(this.#plan.features, row));
    this.#projected.set(row, projected);
    return projected;
  }

  alarm(imagesPerFalseAlarm: number): OnlineAlarm {
    return new OnlineAlarm({ projection: this.projection, limits: this.limits, imagesPerFalseAlarm });
  }
}

function microsecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function readPlan(directory: string): Plan {
  const rows = JSON.parse(readFileSync(join(directory, "rows.json"), "utf8")) as Record<string, [number, number]>;
  return {
    directory,
    features: readNumpy(join(directory, "all.npy")) as Plan["features"],
    reference: [...rowOf(readNumpy(join(directory, "ref.npy")), 0)],
    pool: rows["R"] as [number, number],
  };
}

/** Index of the image at which the first alarm comes, from 0; −1 for none. */
function firstAlarm(alarm: OnlineAlarm, images: readonly Projected[], cost: Cost): number {
  const start = process.cpuUsage();
  let index = 0;
  while (index < images.length && !alarm.alarming) alarm.update(images[index++] as Projected);
  cost.microseconds += microsecondsSince(start);
  cost.images += index;
  return alarm.alarming ? index - 1 : -1;
}

function runPlan(plan: Plan, out: string, asked: number, seed: number, repeat: number): void {
  const reference = new Fitted(plan, plan.reference, seededRandom(seed));
  const lines = ["method,stream,index,first_alarm"];
  const cost: Cost = { microseconds: 0, images: 0 };
  const files = readdirSync(plan.directory).filter((name) => /^stream_.*\.npy$/.test(name));
  for (const file of files) {
    const stream = file.slice("stream_".length, -".npy".length);
    const streams = readNumpy(join(plan.directory, file));
    for (let index = 0; index < (streams.shape[0] as number); index++) {
      const rows = [...rowOf(streams, index)];
      const seen = stream === "null" ? rows.flatMap((row) => new Array<number>(repeat).fill(row)) : rows;
      // The scorer knows the stream's length from the plan, so a repeated stream is cut to it.
      const images = seen.slice(0, rows.length).map((row) => reference.project(row));
      lines.push(`${METHOD},${stream},${index},${firstAlarm(reference.alarm(asked), images, cost)}`);
    }
  }
  writeFileSync(out, `${lines.join("\n")}\n`);
  const each = (cost.microseconds / cost.images).toFixed(1);
  console.log(`fitted in ${reference.fitSeconds.toFixed(2)} CPU s; ${each} CPU us an image after projection`);
}

function runFreshReferences(plan: Plan, count: number, asked: number, repeat: number): void {
  const lengths: number[] = [];
  const [start, end] = plan.pool;
  const pool = Array.from({ length: end - start }, (_, i) => start + i);
  for (let index = 0; index < count; index++) {
    const random = seededRandom(1000 + index);
    const order = shuffled(pool, random);
    const reference = new Fitted(plan, order.slice(0, REFERENCE_IMAGES), random);
    const others = order.slice(REFERENCE_IMAGES);
    let images = 0;
    let alarms = 0;
    for (let stream = 0; stream < STREAMS; stream++) {
      const first = firstOf(reference, others, { asked, repeat, random });
      images += first < 0 ? STREAM_LENGTHS * asked : first + 1;
      if (first >= 0) alarms++;
    }
    lengths.push(images / Math.max(1, alarms));
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  console.log(
    `images per false alarm, ${asked} asked, repeat ${repeat}: mean ${mean.toFixed(0)} over ${count} references`,
  );
  console.log(lengths.map((length) => length.toFixed(0)).join(" "));
}

/** First alarm on a stream that is drawn image by image, so that a long one need not be held. */
function firstOf(
  reference: Fitted,
  rows: readonly number[],
  { asked, repeat, random }: { asked: number; repeat: number; random: Random },
): number {
  const alarm = reference.alarm(asked);
  let row = 0;
  for (let image = 0; image < STREAM_LENGTHS * asked; image++) {
    if (image % repeat === 0) row = rows[Math.floor(random.next() * rows.length)] as number;
    alarm.update(reference.project(row));
    if (alarm.alarming) return image;
  }
  return -1;
}

const { values } = parseArgs({
  options: {
    plan: { type: "string" },
    out: { type: "string" },
    asked: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    repeat: { type: "string", default: "1" },
    references: { type: "string", default: "0" },
  },
});
const [asked, seed, repeat, references] = [values.asked, values.seed, values.repeat, values.references].map(Number) as [
  number,
  number,
  number,
  number,
];
if (!values.plan || (!values.out && references === 0)) {
  console.error("usage: online --plan DIR --out FILE [--asked N] [--seed N] [--repeat N] | --plan DIR --references N");
  process.exitCode = 1;
} else if (references > 0) {
  runFreshReferences(readPlan(values.plan), references, asked, repeat);
} else {
  runPlan(readPlan(values.plan), values.out as string, asked, seed, repeat);
}
