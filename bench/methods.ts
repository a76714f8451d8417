/**
 * Runs the product's own drift detectors over the neutral plan: features, references and windows that any system can
 * read. Usage: methods.js --plan DIR --out DIR [--references N] Writes OUT/drift.csv (method,n,window,score,alarm),
 * alarms at 5 %. With --references it draws N fresh references instead, with 50 drift-free windows of each size for
 * each, and prints how often every detector raises a false alarm.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DriftSignal } from "../src/core/assessment.ts";
import type { ReferenceImage, ReferenceSample } from "../src/core/features.ts";
import type { Outcome } from "../src/core/prediction.ts";
import { type Random, seededRandom, shuffled } from "../src/core/random.ts";
import type { FittedDetector } from "../src/drift/detector.ts";
import { DETECTORS } from "../src/drift/index.ts";
import { Profile } from "../src/profile/profile.ts";
import { type Projected, Projection } from "../src/profile/projection.ts";
import { type NumpyArray, readNumpy, rowOf } from "./npy.ts";

const LEVEL = 0.05;
const SIZES = [10, 20, 50, 100, 200, 500, 1000];
const NULL_WINDOWS = 50;

interface Plan {
  readonly directory: string;
  readonly features: NumpyArray & { data: Float32Array };
  readonly probabilities: NumpyArray & { data: Float32Array };
  readonly references: readonly (readonly number[])[];
  readonly classes: readonly string[];
  /** First and last + 1 of the rows that references come from. */
  readonly pool: readonly [number, number];
}

interface Fitted {
  readonly profile: Profile;
  readonly projection: Projection;
  readonly detectors: readonly FittedDetector[];
  readonly projected: Map<number, Projected>;
}

function readPlan(directory: string): Plan {
  const features = readNumpy(join(directory, "all.npy")) as Plan["features"];
  const probabilities = readNumpy(join(directory, "proba.npy")) as Plan["probabilities"];
  const references = readNumpy(join(directory, "ref.npy"));
  const rows = JSON.parse(readFileSync(join(directory, "rows.json"), "utf8")) as Record<string, [number, number]>;
  return {
    directory,
    features,
    probabilities,
    references: Array.from({ length: references.shape[0] as number }, (_, k) => [...rowOf(references, k)]),
    classes: Array.from({ length: probabilities.shape[1] as number }, (_, k) => `class ${k}`),
    pool: rows["R"] as [number, number],
  };
}

function imageOf(plan: Plan, row: number): ReferenceImage & { outcome: Outcome } {
  const probabilities = Float64Array.from(rowOf(plan.probabilities, row));
  const confidence = Math.max(...probabilities);
  return {
    ids: [`row ${row}`],
    timeSeconds: 0,
    weight: 1,
    statistics: new Float64Array(0),
    embedding: rowOf(plan.features, row),
    outcome: { classIndex: probabilities.indexOf(confidence), confidence, probabilities },
  };
}

function fitReference(plan: Plan, rows: readonly number[], random: Random): Fitted {
  const images = shuffled(rows, random);
  const half = Math.floor(images.length / 2);
  const sample: ReferenceSample = {
    classes: plan.classes,
    statisticNames: [],
    basis: images.slice(0, half).map((row) => imageOf(plan, row)),
    rest: images.slice(half).map((row) => imageOf(plan, row)),
  };
  const embeddings = (part: readonly ReferenceImage[]): Float32Array[] => part.map(({ embedding }) => embedding);
  const projection = Projection.fit(embeddings(sample.basis), embeddings(sample.rest));
  const projected = new Map<number, Projected>();
  const profile = profileOf(plan, images.slice(half), projection, projected);
  const context = {
    sample,
    projection,
    projected: images.slice(half).map((row) => projected.get(row) as Projected),
    profile,
  };
  return { profile, projection, projected, detectors: DETECTORS.map((detector) => detector.fit(context)) };
}

/** Records rows as live traffic is recorded; `projected` remembers what was projected before. */
function profileOf(
  plan: Plan,
  rows: Iterable<number>,
  projection: Projection,
  projected: Map<number, Projected>,
): Profile {
  const classCount = plan.classes.length;
  const profile = new Profile({ statistics: [], classCount, components: projection.componentCount });
  for (const row of rows) {
    const image = imageOf(plan, row);
    let point = projected.get(row);
    if (!point) {
      point = projection.project(image.embedding);
      projected.set(row, point);
    }
    const { outcome } = image;
    profile.recordPrediction({
      id: image.ids[0] as string,
      timeSeconds: 0,
      weight: 1,
      outcome,
      calibratedConfidence: Number.NaN,
    });
    profile.recordImage(image, point, false);
  }
  return profile;
}

interface Result {
  readonly method: string;
  readonly score: number;
  readonly alarm: boolean;
}

/** One result a detector; classes are one more method, at a share of the level each. */
function compare(reference: Fitted, window: Profile): Result[] {
  return DETECTORS.flatMap(({ name }, index) => {
    const signals = reference.detectors[index]?.compare(window, LEVEL) ?? [];
    const all = signals.filter(({ subject }) => subject === "all");
    const classes = signals.filter(({ subject }) => subject.startsWith("class:"));
    return [
      ...all.map(({ score, drifting }) => ({ method: name, score: score.value, alarm: drifting })),
      ...(classes.length > 0 ? [strongest(`${name}_by_class`, classes)] : []),
    ];
  });
}

function strongest(method: string, signals: readonly DriftSignal[]): Result {
  const least = Math.min(...signals.map(({ pValue }) => pValue));
  return { method, score: -Math.log10(Math.max(least, 1e-300)), alarm: least * signals.length < LEVEL };
}

function runPlan(plan: Plan, out: string): void {
  const lines = ["method,n,window,score,alarm"];
  for (const [index, rows] of plan.references.entries()) {
    const reference = fitReference(plan, rows, seededRandom(index + 1));
    for (const n of SIZES) {
      const windows = readNumpy(join(plan.directory, `win_${n}.npy`));
      const meta = readFileSync(join(plan.directory, `win_${n}.csv`), "utf8")
        .trim()
        .split("\n")
        .slice(1);
      for (const line of meta) {
        const [window, owner] = line.split(",").map(Number) as [number, number];
        if (owner !== index) continue;
        const profile = profileOf(plan, rowOf(windows, window), reference.projection, reference.projected);
        for (const { method, score, alarm } of compare(reference, profile)) {
          lines.push(`${method},${n},${window},${score},${alarm ? 1 : 0}`);
        }
      }
      console.log(`reference ${index}, n = ${n}: ${lines.length - 1} scores`);
    }
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "drift.csv"), `${lines.join("\n")}\n`);
}

function runFreshReferences(plan: Plan, count: number): void {
  const alarms = new Map<string, number[]>();
  const looks = new Map<string, number[]>();
  const add = (sums: Map<string, number[]>, method: string, size: number, value: number): void => {
    const row = sums.get(method) ?? new Array<number>(SIZES.length).fill(0);
    row[size] = (row[size] as number) + value;
    sums.set(method, row);
  };
  const [start, end] = plan.pool;
  for (let index = 0; index < count; index++) {
    const random = seededRandom(1000 + index);
    const pool = shuffled(
      Array.from({ length: end - start }, (_, i) => start + i),
      random,
    );
    const reference = fitReference(plan, pool.slice(0, 1000), random);
    for (const [size, n] of SIZES.entries()) {
      for (let window = 0; window < NULL_WINDOWS; window++) {
        const rows = shuffled(pool.slice(1000), random).slice(0, n);
        const profile = profileOf(plan, rows, reference.projection, reference.projected);
        for (const { method, alarm } of compare(reference, profile)) {
          add(looks, method, size, 1);
          add(alarms, method, size, alarm ? 1 : 0);
        }
      }
    }
  }
  console.log(
    `false alarms in %, ${count} fresh references x ${NULL_WINDOWS} windows, 5 asked; n = ${SIZES.join(" / ")}`,
  );
  for (const [method, row] of alarms) {
    const percentages = row.map((sum, size) => {
      const count = looks.get(method)?.[size] ?? 0;
      return count === 0 ? "-" : ((100 * sum) / count).toFixed(1);
    });
    console.log(`${method}: ${percentages.join(" / ")}`);
  }
}

const { values } = parseArgs({
  options: { plan: { type: "string" }, out: { type: "string" }, references: { type: "string", default: "0" } },
});
if (!values.plan || !values.out) {
  console.error("usage: methods --plan DIR --out DIR [--references N]");
  process.exitCode = 1;
} else {
  const plan = readPlan(values.plan);
  const references = Number(values.references);
  if (references > 0) runFreshReferences(plan, references);
  else runPlan(plan, values.out);
}
