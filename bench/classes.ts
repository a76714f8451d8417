/**
 * What many classes cost, and what the accuracy estimates are worth there. `npm run bench:classes` writes its section of
 * docs/benchmarks.md. The images are simulated (many-classes.ts): costs count, errors only say that the methods still work.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { encodePlain, type PlainState } from "../src/core/codec.ts";
import { seededRandom } from "../src/core/random.ts";
import { ESTIMATORS } from "../src/performance/index.ts";
import { Profile } from "../src/profile/profile.ts";
import { encodeArtefact } from "../src/reference/artefact.ts";
import { buildReference } from "../src/reference/build.ts";
import { type Reference, restoreReference } from "../src/reference/load.ts";
import { type ClassifiedImage, DIMENSIONS, type Kind, ManyClasses } from "./many-classes.ts";
import { writeSection } from "./section.ts";

const WINDOW_IMAGES = 500;
const WINDOWS = 6;
const KINDS = {
  clean: {},
  noise: { noise: 1 },
  "half of the classes": { classRatio: 0.5 },
} as const satisfies Readonly<Record<string, Kind>>;

interface Case {
  readonly classCount: number;
  readonly referenceImages: number;
  /** Only the best so many scores are known. */
  readonly top?: number;
}

const CASES: readonly Case[] = [
  { classCount: 5, referenceImages: 2_000 },
  { classCount: 100, referenceImages: 2_000 },
  { classCount: 1_000, referenceImages: 2_000 },
  { classCount: 1_000, referenceImages: 2_000, top: 5 },
  { classCount: 1_000, referenceImages: 10_000 },
];

interface Figures {
  readonly buildSeconds: number;
  readonly artefactBytes: number;
  /** Of which the accuracy estimators. */
  readonly estimatorsBytes: number;
  readonly windowBytes: number;
  readonly closedChunkBytes: number;
  readonly firstEstimateMilliseconds: number;
  readonly estimateMilliseconds: number;
  /** By estimator: mean absolute error in points for each kind of window. */
  readonly errors: Readonly<Record<string, readonly number[]>>;
}

function measure({ classCount, referenceImages, top }: Case): Figures {
  const simulation = new ManyClasses(classCount, top);
  const images = simulation.reference(referenceImages, seededRandom(1));
  const recipe = { embedderId: "synthetic", dimensions: DIMENSIONS, statistics: [] };
  const measured = images.map((image, index) => ({ file: `${index}`, contentHash: `${index}`, image }));
  const options = { model: "many", recipe, classes: simulation.classes, nowSeconds: 0, random: seededRandom(2) };
  const build = timed(() => buildReference(measured, options));
  const reference = restoreReference("many", build.value);
  // Under noise both parts of the default estimate are computed.
  const window = record(simulation.window(WINDOW_IMAGES, seededRandom(3), KINDS.noise), reference);
  const closed = window.clone();
  closed.close();
  const estimate = (): unknown => reference.estimators.map((estimator) => estimator.estimate(window));
  const first = timed(estimate);
  return {
    buildSeconds: build.milliseconds / 1000,
    artefactBytes: encodeArtefact(build.value).length,
    estimatorsBytes: sizeOf(build.value.estimators),
    windowBytes: sizeOf(window.toState()),
    closedChunkBytes: sizeOf(closed.toState()),
    firstEstimateMilliseconds: first.milliseconds,
    estimateMilliseconds: timed(estimate).milliseconds,
    errors: errorsOf(simulation, reference),
  };
}

function errorsOf(simulation: ManyClasses, reference: Reference): Record<string, number[]> {
  const random = seededRandom(4);
  const errors: Record<string, number[]> = Object.fromEntries(ESTIMATORS.map(({ name }) => [name, []]));
  for (const kind of Object.values(KINDS)) {
    const sums: Record<string, number> = {};
    for (let window = 0; window < WINDOWS; window++) {
      const images = simulation.window(WINDOW_IMAGES, random, kind);
      const profile = record(images, reference);
      for (const estimator of reference.estimators) {
        const estimate = estimator.estimate(profile);
        if (!estimate) continue;
        const error = Math.abs(estimate.accuracy.value - accuracyOf(images));
        sums[estimate.estimator] = (sums[estimate.estimator] ?? 0) + (100 * error) / WINDOWS;
      }
    }
    for (const [name, sum] of Object.entries(sums)) errors[name]!.push(sum);
  }
  return errors;
}

/** As the monitor records live traffic. */
function record(
  images: readonly ClassifiedImage[],
  { profile: { shape }, projection, calibration }: Reference,
): Profile {
  const profile = new Profile(shape);
  for (const image of images) {
    const { ids, timeSeconds, weight, outcome } = image;
    const calibratedConfidence = calibration?.apply(outcome.confidence) ?? Number.NaN;
    profile.recordPrediction({ id: ids[0]!, timeSeconds, weight, outcome, calibratedConfidence });
    profile.recordImage(image, projection.project(image.embedding), false);
  }
  return profile;
}

function accuracyOf(images: readonly ClassifiedImage[]): number {
  return images.filter(({ outcome, trueClass }) => outcome.classIndex === trueClass).length / images.length;
}

function sizeOf(state: object): number {
  return encodePlain(state as PlainState).length;
}

function timed<T>(work: () => T): { readonly value: T; readonly milliseconds: number } {
  const start = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(start);
  return { value, milliseconds: (user + system) / 1000 };
}

function rowOf({ classCount, referenceImages, top }: Case, figures: Figures): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2);
  const errors = ESTIMATORS.map(({ name }) => figures.errors[name]!.map((error) => error.toFixed(1)).join(" / "));
  const cells = [
    classCount.toLocaleString("en"),
    top === undefined ? "all" : `top ${top}`,
    referenceImages.toLocaleString("en"),
    figures.buildSeconds.toFixed(1),
    `${megabytes(figures.artefactBytes)} (${megabytes(figures.estimatorsBytes)})`,
    megabytes(figures.windowBytes),
    megabytes(figures.closedChunkBytes),
    `${figures.firstEstimateMilliseconds.toFixed(0)} / ${figures.estimateMilliseconds.toFixed(0)}`,
    ...errors,
  ];
  return `| ${cells.join(" | ")} |`;
}

function tableHead(): string {
  const kinds = Object.keys(KINDS).join(" / ");
  const heads = [
    "classes",
    "scores",
    "reference images",
    "build, CPU s",
    "artefact, MB (of which estimators)",
    "window, MB",
    "closed chunk, MB",
    "estimate, CPU ms, first / next",
    ...ESTIMATORS.map(({ name }) => `${name}: error in points, ${kinds}`),
  ];
  return `| ${heads.join(" | ")} |\n|${"---|".repeat(heads.length)}`;
}

function machine(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} × ${cpu?.model}, Node.js ${process.versions.node}, commit ${commit}, ${day}`;
}

const rows: string[] = [];
for (const one of CASES) {
  rows.push(rowOf(one, measure(one)));
  process.stdout.write(`${rows.at(-1)}\n`);
}
writeSection(
  "docs/benchmarks.md",
  "npm run bench:classes",
  `Machine: ${machine()}.\n\n${[tableHead(), ...rows].join("\n")}`,
);
