/**
 * Runs the product's own drift detectors over the windows of the neutral plan (bench/peers/plan.py).
 * Usage: methods.js --plan DIR --out DIR [--sizes 20,100] [--references 2]
 * Writes OUT/drift-ours.csv (method,n,window,score,alarm), alarms at 5 %, and OUT/cost-ours.csv (method,n,windows,milliseconds).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DriftSignal } from "../src/core/assessment.ts";
import { seededRandom } from "../src/core/random.ts";
import { DETECTORS } from "../src/drift/index.ts";
import { fitPlanReference, type Plan, type PlanReference, profileOf, readPlan } from "./neutral-plan.ts";
import { readNumpy, rowOf } from "./npy.ts";

const LEVEL = 0.05;
const SIZES = "10,20,50,100,200,500,1000";

interface Result {
  readonly method: string;
  readonly score: number;
  readonly alarm: boolean;
}

interface Cost {
  windows: number;
  milliseconds: number;
}

/** Probability that the least of independent p-values is as small as the least of these (Šidák 1967). */
export function combinedProbability(signals: readonly Pick<DriftSignal, "pValue">[]): number {
  const least = Math.min(...signals.map(({ pValue }) => pValue));
  return -Math.expm1(signals.length * Math.log1p(-least));
}

/** One result a detector; its classes together are one more method, and so are its statistics. */
function resultsOf(method: string, signals: readonly DriftSignal[]): Result[] {
  const all = signals.filter(({ subject }) => subject === "all");
  const classes = signals.filter(({ subject }) => subject.startsWith("class:"));
  return [
    ...all.map(({ score, drifting }) => ({ method, score: score.value, alarm: drifting })),
    ...(classes.length > 0 ? [strongest(`${method} by class`, classes)] : []),
  ];
}

function strongest(method: string, signals: readonly DriftSignal[]): Result {
  const probability = combinedProbability(signals);
  return { method, score: -Math.log10(Math.max(probability, 1e-300)), alarm: probability < LEVEL };
}

function runPlan(plan: Plan, out: string, sizes: readonly number[], references: number): void {
  const lines = ["method,n,window,score,alarm"];
  const costs = new Map<string, Cost>();
  for (const [index, rows] of plan.references.slice(0, references).entries()) {
    const reference = fitPlanReference(plan, rows, seededRandom(index + 1));
    for (const n of sizes) {
      const windows = readNumpy(join(plan.directory, `win_${n}.npy`));
      for (const window of windowsOf(plan, n, index)) {
        const profile = profileOf(plan, rowOf(windows, window), reference);
        for (const { method, score, alarm } of compare(reference, profile, n, costs)) {
          lines.push(`${method},${n},${window},${score},${alarm ? 1 : 0}`);
        }
      }
      console.log(`reference ${index}, n = ${n}: ${lines.length - 1} scores`);
    }
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "drift-ours.csv"), `${lines.join("\n")}\n`);
  const cost = [...costs].map(([key, { windows, milliseconds }]) => `${key},${windows},${milliseconds / windows}`);
  writeFileSync(join(out, "cost-ours.csv"), `${["method,n,windows,milliseconds", ...cost].join("\n")}\n`);
}

function windowsOf(plan: Plan, n: number, reference: number): number[] {
  const lines = readFileSync(join(plan.directory, `win_${n}.csv`), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  const owners = lines.map((line) => line.split(",").map(Number) as [number, number]);
  return owners.filter(([, owner]) => owner === reference).map(([window]) => window);
}

function compare(reference: PlanReference, window: ReturnType<typeof profileOf>, n: number, costs: Map<string, Cost>) {
  return DETECTORS.flatMap(({ name }, index) => {
    const start = process.hrtime.bigint();
    const signals = reference.detectors[index]?.compare(window, LEVEL) ?? [];
    const cost = costs.get(`${name},${n}`) ?? { windows: 0, milliseconds: 0 };
    cost.windows += 1;
    cost.milliseconds += Number(process.hrtime.bigint() - start) / 1e6;
    costs.set(`${name},${n}`, cost);
    return resultsOf(name, signals);
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      plan: { type: "string" },
      out: { type: "string" },
      sizes: { type: "string", default: SIZES },
      references: { type: "string", default: "4" },
    },
  });
  if (!values.plan || !values.out) {
    console.error("usage: methods --plan DIR --out DIR [--sizes N,N] [--references N]");
    process.exitCode = 1;
  } else {
    runPlan(readPlan(values.plan), values.out, values.sizes.split(",").map(Number), Number(values.references));
  }
}
