import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LabelResult } from "../../src/core/label.ts";
import type { Joined } from "../../src/monitor/label-join.ts";
import { LabelTable } from "../../src/monitor/label-table.ts";
import { LmdbStore } from "../../src/state/lmdb.ts";

const CLASSES = ["a", "b", "c"];
const OPTIONS = { keepSeconds: 1e6, keepEarlySeconds: 1e6, unknownClass: "reject" } as const;
/** Each image is known by two ids. */
const IMAGES = ["x", "y"];
const idsOf = (image: string): string[] => [`${image}-1`, `${image}-2`];

const STEP = fc.record({
  kind: fc.constantFrom("remember", "label", "label", "label"),
  image: fc.constantFrom(...IMAGES),
  alias: fc.nat({ max: 1 }),
  classIndex: fc.nat({ max: 2 }),
  /** Turns of the event loop before the next step: some steps meet in one commit, others do not. */
  turns: fc.constantFrom(0, 0, 0, 1, 3),
  /** Whether the disk is full at the commit of this number. */
  full: fc.constantFrom(true, false, false),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-labels-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts every step without waiting for the one before, and answers with what each came to; undefined for one that failed. */
async function run(steps: readonly Step[], onConflict: "first" | "last", canFill: boolean) {
  const disk = { canFill, commits: 0 };
  const isFull = (): boolean => disk.canFill && steps[disk.commits % steps.length]?.full === true;
  const space = { freeBytes: () => (isFull() ? 0 : 1e9), monotonicSeconds: () => disk.commits++ };
  const store = new LmdbStore(mkdtempSync(join(folder, "store-")), { maxKeys: 1_000, batchKeys: 1, ...space });
  const table = new LabelTable(store, CLASSES, { ...OPTIONS, onConflict });
  const remembered = new Set<string>();
  const answers: Promise<Joined | undefined | "failed">[] = [];
  for (const step of steps) {
    const again = step.kind === "remember" && remembered.has(step.image);
    if (!again) answers.push(start(table, step).catch(() => "failed" as const));
    if (step.kind === "remember") remembered.add(step.image);
    for (let turn = 0; turn < step.turns; turn++) await nextTurn();
  }
  const outcomes = await Promise.all(answers);
  disk.canFill = false;
  return { store, table, outcomes };
}

function start(table: LabelTable, { kind, image, alias, classIndex }: Step): Promise<Joined | undefined> {
  const [first = "", second = ""] = idsOf(image);
  if (kind === "label") return table.label({ id: [first, second][alias] ?? "", label: classIndex }, 20);
  const scores = { confidence: 0.9, calibratedConfidence: 0.8 };
  return table.remember([first, second], {
    id: first,
    timeSeconds: 10,
    weight: 1,
    classIndex: 0,
    modelVersion: "",
    ...scores,
  });
}

/** What the steps come to one after the other, written down anew. */
class Expectation {
  readonly #onConflict: "first" | "last";
  readonly #truth = new Map<string, number | undefined>();
  readonly #early = new Map<string, number>();

  constructor(onConflict: "first" | "last") {
    this.#onConflict = onConflict;
  }

  /** A repeated prediction is no step. */
  of(steps: readonly Step[]): (LabelResult | undefined)[] {
    const seen = new Set<string>();
    const isFirst = ({ kind, image }: Step): boolean => kind === "label" || (!seen.has(image) && !!seen.add(image));
    return steps.filter(isFirst).map((step) => (step.kind === "label" ? this.#label(step) : this.#remember(step)));
  }

  #remember({ image }: Step): LabelResult | undefined {
    const id = idsOf(image).find((each) => this.#early.has(each));
    this.#truth.set(image, id === undefined ? undefined : this.#early.get(id));
    return id === undefined ? undefined : "matched";
  }

  #label({ image, alias, classIndex }: Step): LabelResult {
    const id = idsOf(image)[alias] ?? "";
    const isKnown = this.#truth.has(image);
    const before = isKnown ? this.#truth.get(image) : this.#early.get(id);
    if (before === classIndex) return "duplicate";
    if (before !== undefined && this.#onConflict === "first") return "conflict";
    if (isKnown) this.#truth.set(image, classIndex);
    else this.#early.set(id, classIndex);
    if (before !== undefined) return "corrected";
    return isKnown ? "matched" : "pending";
  }
}

describe("labels and predictions that come at once", () => {
  it.each(["first", "last"] as const)(
    "come to what they would come to one after the other, in the order of the calls (%s wins)",
    async (onConflict) => {
      await fc.assert(
        fc.asyncProperty(fc.array(STEP, { maxLength: 40, size: "max" }), async (steps) => {
          const { store, outcomes } = await run(steps, onConflict, false);
          expect(outcomes.map((outcome) => (outcome === "failed" ? outcome : outcome?.result))).toEqual(
            new Expectation(onConflict).of(steps),
          );
          await store.close();
        }),
        { seed: 11, numRuns: 40 },
      );
    },
  );

  it("count exactly what the store holds, whichever writes fail", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 40, size: "max" }), async (steps) => {
        const { store, table, outcomes } = await run(steps, "last", true);
        const counted = new Map<string, number>();
        for (const outcome of outcomes) {
          if (outcome === "failed" || !outcome?.prediction || outcome.count === undefined) continue;
          expect(counted.get(outcome.prediction.id)).toBe(outcome.takeBack);
          counted.set(outcome.prediction.id, outcome.count);
        }
        for (const image of IMAGES) {
          const [id = ""] = idsOf(image);
          const truth = counted.get(id);
          const asked = await table.label({ id, label: truth ?? 0 }, 30);
          if (truth !== undefined) expect(asked.result).toBe("duplicate");
          else if (asked.prediction) expect(asked.result).toBe("matched");
        }
        await store.close();
      }),
      { seed: 12, numRuns: 40 },
    );
  });
});
