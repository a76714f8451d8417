/**
 * How often each detector raises a false alarm. Usage: false-alarms.js --plan DIR [--references 100] [--windows 20]
 * Draws fresh references from the plan's pool, and drift-free windows of each size from what is left of it, and prints the
 * share of alarms in % at three levels as Markdown. All windows of a reference share its error, so it is the number of
 * references that makes a rate at n ≥ m reliable.
 */
import { parseArgs } from "node:util";
import type { DriftSignal } from "../src/core/assessment.ts";
import { type Random, seededRandom, shuffled } from "../src/core/random.ts";
import { DETECTORS } from "../src/drift/index.ts";
import { combinedProbability } from "./methods.ts";
import { fitPlanReference, type Plan, type PlanReference, profileOf, readPlan } from "./neutral-plan.ts";

export const NULL_SIZES = [10, 20, 50, 100, 200, 500, 1000, 2000] as const;
export const LEVELS = [0.05, 0.01, 0.001] as const;
const REFERENCE_IMAGES = 1000;

/** By row name: [size][level] → alarms, looks. */
type Tally = Map<string, { alarms: number; looks: number }[][]>;

export interface FalseAlarms {
  readonly references: number;
  readonly windows: number;
  /** By detector (and statistic): share of alarms at [level][size]; NaN where a detector does not judge. */
  readonly rates: ReadonlyMap<string, readonly (readonly number[])[]>;
}

export function measureFalseAlarms(plan: Plan, references: number, windows: number): FalseAlarms {
  const tally: Tally = new Map();
  const pool = Array.from({ length: plan.pool[1] - plan.pool[0] }, (_, i) => plan.pool[0] + i);
  for (let index = 0; index < references; index++) {
    const random = seededRandom(1000 + index);
    const order = shuffled(pool, random);
    const reference = fitPlanReference(plan, order.slice(0, REFERENCE_IMAGES), random);
    const others = order.slice(REFERENCE_IMAGES);
    for (const [size, n] of NULL_SIZES.entries()) {
      for (let window = 0; window < windows; window++) {
        const profile = profileOf(plan, draw(others, n, random), reference);
        for (const [name, probability] of probabilities(reference, profile)) count(tally, name, size, probability);
      }
    }
    process.stderr.write(`reference ${index + 1} of ${references}\n`);
  }
  const rates = new Map(
    [...tally].map(([name, sizes]) => [
      name,
      LEVELS.map((_, level) =>
        sizes.map((levels) => (levels[level]?.alarms ?? 0) / (levels[level]?.looks || Number.NaN)),
      ),
    ]),
  );
  return { references, windows, rates };
}

export function falseAlarmsMarkdown({ rates }: FalseAlarms, level: number): string {
  const rows = [...rates].map(([name, levels]) => {
    const cells = (levels[level] ?? []).map((rate) =>
      Number.isNaN(rate) ? "–" : (100 * rate).toFixed(level < 2 ? 1 : 2),
    );
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  return [`| detector | ${NULL_SIZES.join(" | ")} |`, `|---|${"---|".repeat(NULL_SIZES.length)}`, ...rows].join("\n");
}

/** Without replacement: the first n of a partial shuffle. */
function draw(rows: readonly number[], n: number, random: Random): number[] {
  const left = [...rows];
  for (let i = 0; i < n; i++) {
    const other = i + Math.floor(random.next() * (left.length - i));
    [left[i], left[other]] = [left[other] as number, left[i] as number];
  }
  return left.slice(0, n);
}

/** One number a detector; its classes together are one more, and each statistic is one. */
function probabilities(reference: PlanReference, window: ReturnType<typeof profileOf>): [string, number][] {
  return DETECTORS.flatMap(({ name }, index): [string, number][] => {
    // The level changes thresholds only.
    const signals: readonly DriftSignal[] = reference.detectors[index]?.compare(window, 0.05) ?? [];
    const classes = signals.filter(({ subject }) => subject.startsWith("class:"));
    const others = signals.filter(({ subject }) => !subject.startsWith("class:"));
    return [
      ...others.map(({ subject, pValue }): [string, number] => [
        subject === "all" ? name : `${name}, ${subject}`,
        pValue,
      ]),
      ...(classes.length > 0 ? [[`${name} by class`, combinedProbability(classes)] as [string, number]] : []),
    ];
  });
}

function count(tally: Tally, name: string, size: number, probability: number): void {
  const sizes = tally.get(name) ?? NULL_SIZES.map(() => LEVELS.map(() => ({ alarms: 0, looks: 0 })));
  tally.set(name, sizes);
  for (const [index, level] of LEVELS.entries()) {
    const cell = sizes[size]?.[index];
    if (!cell) continue;
    cell.looks += 1;
    if (probability < level) cell.alarms += 1;
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      plan: { type: "string" },
      references: { type: "string", default: "100" },
      windows: { type: "string", default: "20" },
    },
  });
  if (!values.plan) {
    console.error("usage: false-alarms --plan DIR [--references N] [--windows N]");
    process.exitCode = 1;
  } else {
    const found = measureFalseAlarms(readPlan(values.plan), Number(values.references), Number(values.windows));
    for (const [index, level] of LEVELS.entries()) {
      console.log(`\n${100 * level} % asked, ${found.references} references x ${found.windows} windows\n`);
      console.log(falseAlarmsMarkdown(found, index));
    }
  }
}
