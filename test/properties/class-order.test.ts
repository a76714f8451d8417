import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { SYNTHETIC_RECIPE, syntheticImage } from "../../bench/synthetic.ts";
import type { WindowAssessment } from "../../src/core/assessment.ts";
import type { ReferenceImage } from "../../src/core/features.ts";
import { seededRandom } from "../../src/core/random.ts";
import { LabelTable } from "../../src/monitor/label-table.ts";
import { Monitor } from "../../src/monitor/monitor.ts";
import { buildReference } from "../../src/reference/build.ts";
import { restoreReference } from "../../src/reference/load.ts";
import { MemoryStore } from "../../src/state/memory.ts";

const RULES = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;

/** In the order in which the images were made. */
const CLASSES = ["cloudy", "desert", "water"];
const DIMENSIONS = 12;

function images(count: number, seed: number): readonly ReferenceImage[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) =>
    syntheticImage(`${seed}-${index}`, { classes: CLASSES, dimensions: DIMENSIONS }, random),
  );
}

const PROVEN = images(340, 1);
/** Fewer clouds, and the labels go to the doubtful ones. */
const LIVE = images(160, 2).filter(({ trueClass }, index) => trueClass !== 0 || index % 3 === 0);

/** The same image for a model whose classes are listed in `order`. */
function reordered(image: ReferenceImage, order: readonly string[]): ReferenceImage {
  const place = (index: number): number => order.indexOf(CLASSES[index]!);
  const { classIndex, confidence, probabilities } = image.outcome!;
  const moved = new Float64Array(order.length);
  for (const [index, probability] of probabilities!.entries()) moved[place(index)] = probability;
  return {
    ...image,
    outcome: { classIndex: place(classIndex), confidence, probabilities: moved },
    trueClass: place(image.trueClass!),
  };
}

/** What is told of a window when the configuration lists the classes in this order. */
async function assessed(order: readonly string[]): Promise<WindowAssessment> {
  const measured = PROVEN.map((image, index) => {
    const file = String(index);
    return { file, contentHash: file, image: reordered(image, order) };
  });
  const artefact = buildReference(measured, {
    model: "order",
    recipe: SYNTHETIC_RECIPE(DIMENSIONS),
    classes: order,
    nowSeconds: 0,
    random: seededRandom(3),
  });
  const monitor = new Monitor(
    {
      model: "order",
      modelVersion: "1",
      classes: order,
      reference: restoreReference("0123456789ab", artefact),
      accuracyFloorRatio: 0.8,
      windows: [{ name: "1h", durationSeconds: 3_600 }],
      chunkSeconds: 60,
      chunkImages: 1_000,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: RULES,
      gallery: { imagesPerGroup: 6, keepSeconds: 3_600 },
    },
    new LabelTable(new MemoryStore({ maxKeys: 10_000 }), order, RULES),
  );
  for (const [index, original] of LIVE.entries()) {
    const image = { ...reordered(original, order), timeSeconds: index };
    const { ids, timeSeconds, outcome } = image;
    await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "1", outcome: outcome!, weight: 1 + (index % 2) });
    monitor.recordImage(image);
    const doubtful = outcome!.confidence < 0.85 || index % 20 === 0;
    if (doubtful) await monitor.label({ id: ids[0]!, label: order[image.trueClass!]! }, timeSeconds);
  }
  await monitor.assess(LIVE.length);
  return monitor.assessment().windows[0]!;
}

/** With lists of classes, cells and signals sorted by name, so that only numbers can differ. */
function byName({ classes, realised, signals, estimates, verdict, causes }: WindowAssessment): unknown {
  const key = (entry: object): string => JSON.stringify(entry, (_, value) => (typeof value === "number" ? 0 : value));
  const sorted = <T extends object>(entries: readonly T[]): T[] =>
    [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    verdict,
    estimates,
    classes: sorted(classes),
    realised: { ...realised, confusion: sorted(realised!.confusion) },
    signals: sorted(signals),
    causes: causes.map(({ kind, subject }) => `${kind} ${subject}`),
  };
}

/** Sums in another order differ in their last digits. */
function expectAlike(found: unknown, expected: unknown, path = ""): void {
  if (typeof expected === "number") {
    expect(Math.abs((found as number) - expected), `${path}: ${found} for ${expected}`).toBeLessThan(1e-6);
  } else if (typeof expected === "object" && expected !== null) {
    expect(Object.keys(found as object), path).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected))
      expectAlike((found as Record<string, unknown>)[name], value, `${path}.${name}`);
  } else {
    expect(found, path).toBe(expected);
  }
}

describe("the order in which the classes are configured", () => {
  let asMade: WindowAssessment;
  beforeAll(async () => {
    asMade = await assessed(CLASSES);
  }, 60_000);

  it("is tried where every kind of number is there", () => {
    expect(asMade.estimates.map(({ estimator }) => estimator)).toEqual(["label_fit_transport", "cbpe"]);
    expect(asMade.realised?.corrected?.labelledRatio).toBeGreaterThan(0.05);
    expect(asMade.classes.every(({ estimatedRatio, f1Ratio }) => estimatedRatio! >= 0 && f1Ratio! > 0)).toBe(true);
    expect(asMade.signals.filter(({ subject }) => subject.startsWith("class:")).length).toBeGreaterThan(0);
  });

  it("changes no number that is told of a window", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(CLASSES, { minLength: CLASSES.length, maxLength: CLASSES.length }),
        async (order) => expectAlike(byName(await assessed(order)), byName(asMade)),
      ),
      { seed: 20_201, numRuns: 3 },
    );
  }, 120_000);
});
