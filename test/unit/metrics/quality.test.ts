import { beforeAll, describe, expect, it } from "vitest";
import { type SyntheticOptions, syntheticArtefact, syntheticImage } from "../../../bench/synthetic.ts";
import type { Assessment, WindowAssessment } from "../../../src/core/assessment.ts";
import type { ReferenceImage } from "../../../src/core/features.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Exposition } from "../../../src/metrics/exposition.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { type Reference, restoreReference } from "../../../src/reference/load.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { DEFAULTS } from "./scenario.ts";

const RULES = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" } as const;

// From recorded predictions, images and labels to the lines of /metrics: what is told of quality is what happened.
const OPTIONS: SyntheticOptions = { classes: ["cloudy", "desert", "water"], dimensions: 24 };
const IMAGES = 400;
let reference: Reference;

beforeAll(() => {
  reference = restoreReference("0123456789ab", syntheticArtefact(600, OPTIONS, 5));
}, 60_000);

interface Outcome {
  readonly image: ReferenceImage;
  readonly right: boolean;
  readonly promised: number;
  readonly labelled: boolean;
}

interface Run {
  readonly outcomes: readonly Outcome[];
  readonly found: ReadonlyMap<string, number>;
  readonly assessment: Assessment;
  readonly window: WindowAssessment;
}

/** Labels only for those that `labels` picks; every image weighs `weight`. */
async function run(
  labels: (image: ReferenceImage, index: number) => boolean,
  change: (image: ReferenceImage) => ReferenceImage = (image) => image,
  weight = 1,
): Promise<Run> {
  const monitor = new Monitor(
    {
      model: "tiles",
      modelVersion: "7",
      classes: OPTIONS.classes,
      reference,
      windows: [
        { name: "10m", durationSeconds: 600 },
        { name: "1h", durationSeconds: 3_600 },
      ],
      chunkSeconds: 60,
      chunkImages: 1_000,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: RULES,
      gallery: { imagesPerGroup: 6, keepSeconds: 3_600 },
    },
    new LabelTable(new MemoryStore({ maxKeys: 10_000 }), OPTIONS.classes, RULES),
  );
  const random = seededRandom(12);
  const outcomes: Outcome[] = [];
  for (let index = 0; index < IMAGES; index++) {
    const image = { ...change(syntheticImage(`live-${index}`, OPTIONS, random)), timeSeconds: index, weight };
    const { ids, timeSeconds, outcome, trueClass } = image;
    await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "7", outcome: outcome!, weight });
    monitor.recordImage(image);
    const labelled = labels(image, index);
    if (labelled) await monitor.label({ id: ids[0]!, label: OPTIONS.classes[trueClass!]! }, timeSeconds + 30);
    const promised = reference.calibration!.apply(outcome!.confidence);
    outcomes.push({ image, right: outcome!.classIndex === trueClass, promised, labelled });
  }
  await monitor.assess(IMAGES);
  const assessment = monitor.assessment();
  const { body } = await new Exposition(DEFAULTS).render(
    {
      assessment,
      counters: monitor.counters(),
      telemetry: new Telemetry().snapshot(),
      queue: { length: 0, capacity: 64 },
      embedderUp: true,
      logMessages: {},
    },
    "",
  );
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const found = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
  return { outcomes, found, assessment, window: assessment.windows[0]! };
}

const share = (outcomes: readonly Outcome[], value: (outcome: Outcome) => number): number =>
  outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / outcomes.length;
const OF_WINDOW = '{model="tiles",model_version="7",window="10m"}';
const OF_REFERENCE = 'model="tiles",reference="0123456789ab"';

describe("labels on the doubtful images only", () => {
  let told: Run;
  let labelled: readonly Outcome[];
  beforeAll(async () => {
    told = await run(({ outcome }) => outcome!.confidence < 0.85);
    labelled = told.outcomes.filter((outcome) => outcome.labelled);
  }, 60_000);

  it("give the naive accuracy of the labelled, and what confidence promised for them", () => {
    const right = share(labelled, ({ right }) => Number(right));
    expect(told.found.get(`vision_window_labelled_accuracy_ratio${OF_WINDOW}`)).toBeCloseTo(right, 9);
    expect(told.found.get(`vision_window_labelled_estimated_accuracy_ratio${OF_WINDOW}`)).toBeCloseTo(
      share(labelled, ({ promised }) => promised),
      9,
    );
    const counted = (name: string): number => told.found.get(`${name}{model="tiles",model_version="7"}`)!;
    expect(counted("vision_labelled_predictions_total")).toBe(labelled.length);
    expect(counted("vision_labelled_estimated_correct_predictions_total")).toBeCloseTo(
      labelled.reduce((sum, { promised }) => sum + promised, 0),
      9,
    );
  });

  it("give a corrected accuracy that is near the truth, where the naive one is far off, and how much rests on labels", () => {
    const truth = share(told.outcomes, ({ right }) => Number(right));
    const value = (name: string): number => told.found.get(`vision_window_${name}_ratio${OF_WINDOW}`)!;
    expect(Math.abs(value("labelled_accuracy") - truth)).toBeGreaterThan(0.15);
    expect(Math.abs(value("corrected_accuracy") - truth)).toBeLessThan(0.05);
    expect(value("corrected_accuracy_lower")).toBeLessThan(truth);
    expect(value("corrected_accuracy_upper")).toBeGreaterThan(truth);
    expect(value("corrected_accuracy_labelled")).toBeGreaterThan(0.1);
    expect(value("corrected_accuracy_labelled")).toBeLessThan(0.9);
  });

  it("say when labels are to be expected", () => {
    expect(told.found.get('vision_label_delay_expected_seconds{model="tiles"}')).toBeCloseTo(30, 6);
  });

  it("leave the estimates without labels as they are", () => {
    expect(told.window.estimates.map(({ estimator }) => estimator)).toEqual(["label_fit_transport", "cbpe"]);
    expect([...told.found.keys()].filter((series) => series.includes("partial_labels"))).toEqual([]);
  });
});

describe("a change of the classes", () => {
  it("shows in the estimated shares of the true classes, of the longest window", async () => {
    // Every cloud that comes becomes an image of water, right or wrong.
    const random = seededRandom(77);
    const moreWater = (image: ReferenceImage): ReferenceImage => {
      let other = image;
      while (other.trueClass === 0) other = syntheticImage(image.ids[0]!, OPTIONS, random);
      return other;
    };
    const { found, window, outcomes } = await run(() => false, moreWater);
    const name = (each: string, of: string): string =>
      `vision_window_estimated_class_share_ratio{${OF_REFERENCE},window="${of}",class="${each}"}`;
    for (const [index, each] of OPTIONS.classes.entries()) {
      const truth = share(outcomes, ({ image }) => Number(image.trueClass === index));
      expect(Math.abs(found.get(name(each, "1h"))! - truth), each).toBeLessThan(0.08);
      expect(found.has(name(each, "10m"))).toBe(false);
      expect(window.classes[index]?.referenceTrueRatio).toBeGreaterThan(0.25);
    }
  });
});

describe("new content", () => {
  it("is a state: no estimate, no class shares, no corrected accuracy from a few labels", async () => {
    const strange = (image: ReferenceImage): ReferenceImage => {
      if (image.ids[0]!.endsWith("0") || image.ids[0]!.endsWith("5")) return image;
      const embedding = image.embedding.map((value, j) => (j === 20 || j === 21 ? value + 6 : value));
      return { ...image, embedding };
    };
    const { found, window, assessment } = await run((_, index) => index % 100 === 0, strange);
    expect(window.verdict).toBe("new_content");
    expect(found.get('vision_window_verdict{model="tiles",window="10m",verdict="new_content"}')).toBe(1);
    const estimator = 'estimator="label_fit_transport"';
    const of = `{model="tiles",model_version="7",window="10m",${estimator}}`;
    expect(found.get(`vision_window_estimate_trusted${of}`)).toBe(0);
    expect(found.get(`vision_window_corrected_accuracy_labelled_ratio${OF_WINDOW}`)).toBeLessThan(0.5);
    const numbers = [...found.keys()].filter((series) =>
      /^vision_window_(estimated_accuracy|estimated_class_share|corrected_accuracy(_lower|_upper)?_ratio)/.test(series),
    );
    expect(numbers).toEqual([]);
    expect(assessment.history[0]).not.toHaveProperty("estimatedRatio");
    expect(assessment.history[0]).not.toHaveProperty("correctedRatio");
    expect(window.sentence).toContain("Accuracy cannot be estimated");
  });
});

describe("the sums that replicas add", () => {
  it("tell how many images count when they are sampled: weights and their squares", async () => {
    const { found } = await run((_, index) => index % 4 === 0, undefined, 5);
    const effective = (sum: number, squares: number): number => sum ** 2 / squares;
    const embeddings = found.get(`vision_embeddings_total{${OF_REFERENCE}}`)!;
    const squares = found.get(`vision_embedding_squared_weights_total{${OF_REFERENCE}}`)!;
    expect([embeddings, effective(embeddings, squares)]).toEqual([5 * IMAGES, IMAGES]);
    const version = '{model="tiles",model_version="7"}';
    const labelled = found.get(`vision_labelled_predictions_total${version}`)!;
    expect(effective(labelled, found.get(`vision_labelled_prediction_squared_weights_total${version}`)!)).toBe(100);
    expect(
      found.get('vision_prediction_squared_weights_total{model="tiles",model_version="7",reference="0123456789ab"}'),
    ).toBe(25 * IMAGES);
  });

  it("give the maximum mean discrepancy, near 0 deviations without drift and far above with it", async () => {
    const z = ({ found }: Run): number => {
      const feature = (name: string): number[] =>
        [...found].filter(([series]) => series.startsWith(`${name}{`)).map(([, value]) => value);
      const [live, proven] = [
        feature("vision_embedding_fourier_total"),
        feature("vision_reference_embedding_fourier_mean"),
      ];
      const [count] = feature("vision_embeddings_total") as [number];
      const statistic = /statistic="brightness"/;
      const images = [...found]
        .filter(
          ([series]) => series.startsWith("vision_reference_image_statistic_observations{") && statistic.test(series),
        )
        .reduce((sum, [, value]) => sum + value, 0);
      const squared = (2 * live.reduce((sum, value, i) => sum + (value / count - proven[i]!) ** 2, 0)) / live.length;
      const unit = 1 / count + 1 / images;
      const [mean] = feature("vision_reference_embedding_mmd_squared_mean") as [number];
      const [deviation] = feature("vision_reference_embedding_mmd_squared_deviation") as [number];
      expect(live).toHaveLength(32);
      return (squared / unit - mean) / deviation;
    };
    expect(Math.abs(z(await run(() => false)))).toBeLessThan(3);
    const spread = (image: ReferenceImage): ReferenceImage => ({
      ...image,
      embedding: image.embedding.map((value) => 1.4 * value),
    });
    expect(z(await run(() => false, spread))).toBeGreaterThan(4);
  });

  it("have the same features on every replica of a reference, and others for another one", () => {
    const artefact = syntheticArtefact(300, OPTIONS, 9);
    const means = (id: string): readonly number[] => restoreReference(id, artefact).fourier.means;
    expect(means("0123456789ab")).toEqual(means("0123456789ab"));
    expect(means("0123456789ab")).not.toEqual(means("ba9876543210"));
  });

  it("hold the recall that each class had on the reference", async () => {
    const { found } = await run(() => false);
    for (const name of OPTIONS.classes) {
      const recall = found.get(`vision_reference_class_recall_ratio{${OF_REFERENCE},class="${name}"}`)!;
      expect(Math.abs(recall - 0.9), name).toBeLessThan(0.08);
    }
  });
});
