import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticArtefact, syntheticImage } from "../../bench/synthetic.ts";
import type { Prediction } from "../../src/core/prediction.ts";
import { seededRandom } from "../../src/core/random.ts";
import { type Activation, resolveOutcome } from "../../src/intake/outcome.ts";
import { Exposition } from "../../src/metrics/exposition.ts";
import { Telemetry } from "../../src/metrics/self.ts";
import { LabelTable } from "../../src/monitor/label-table.ts";
import { Monitor } from "../../src/monitor/monitor.ts";
import { restoreReference } from "../../src/reference/load.ts";
import { MemoryStore } from "../../src/state/memory.ts";

const CLASSES = ["a", "b", "c"];
const OPTIONS = { classes: CLASSES, dimensions: 16 };
const RULES = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "other" } as const;
const reference = restoreReference("0123456789ab", syntheticArtefact(240, OPTIONS, 1));
const exposition = new Exposition({
  build: { version: "1", revision: "" },
  sampling: { predictionsRatio: 1, imagesRatio: 1 },
  maxClasses: 50,
  maxSeries: 3_000,
  statisticScores: [],
  binEdges: false,
  tap: false,
});

/** NaN, both infinities, denormals and −0 among them; lengths from 0; sums of anything; logits as well as probabilities. */
const score = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }), fc.constantFrom(5e-324, -0, 1e308, Number.NaN));
const PREDICTION: fc.Arbitrary<Prediction> = fc.oneof(
  fc.array(score, { maxLength: 5 }).map((scores) => ({ kind: "scores" as const, scores: Float64Array.from(scores) })),
  fc.record({
    kind: fc.constant("ranked" as const),
    ranked: fc.array(fc.record({ label: fc.constantFrom(...CLASSES, "new"), score }), { maxLength: 4 }),
    complete: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("label" as const), label: fc.oneof(fc.constantFrom("a", "new", ""), fc.double()) }),
);
const ACTIVATION = fc.constantFrom<Activation>("auto", "softmax", "sigmoid", "none");

async function rendered(predictions: readonly (readonly [Prediction, Activation, string])[]): Promise<string> {
  const monitor = new Monitor(
    {
      model: "m",
      modelVersion: "",
      classes: CLASSES,
      reference,
      windows: [{ name: "10m", durationSeconds: 600 }],
      chunkSeconds: 60,
      chunkImages: 1_000,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: RULES,
      gallery: { imagesPerGroup: 2, keepSeconds: 60 },
    },
    new LabelTable(new MemoryStore({ maxKeys: 1_000 }), CLASSES, RULES),
  );
  const telemetry = new Telemetry(() => 0);
  const random = seededRandom(2);
  for (const [index, [prediction, activation, label]] of predictions.entries()) {
    const resolved = resolveOutcome(prediction, CLASSES, activation);
    if ("reason" in resolved) {
      telemetry.predictionRejected(resolved.reason);
      continue;
    }
    const { outcome } = resolved;
    const recorded = { ids: [`${index}`], timeSeconds: index, modelVersion: "", outcome, weight: 1 };
    await monitor.recordPrediction(recorded);
    monitor.recordImage({ ...syntheticImage(`${index}`, OPTIONS, random), timeSeconds: index, outcome });
    await monitor.label({ id: `${index}`, label }, index);
  }
  await monitor.assess(predictions.length);
  const scrape = { assessment: monitor.assessment(), counters: monitor.counters(), telemetry: telemetry.snapshot() };
  const queue = { length: 0, capacity: 64 };
  return (await exposition.render({ ...scrape, queue, logMessages: {}, embedderUp: true }, "")).body;
}

describe("every series", () => {
  it("stays finite, whatever NaN, infinity, logits, wrong lengths and sums the predictions bring", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(PREDICTION, ACTIVATION, fc.constantFrom("a", "b", "new")), { maxLength: 60, size: "max" }),
        async (predictions) => {
          const samples = (await rendered(predictions)).split("\n").filter((line) => line !== "" && line[0] !== "#");
          const values = samples.map((line) => [line, Number(line.split(" ").at(-1))] as const);
          expect(values.filter(([, value]) => !Number.isFinite(value))).toEqual([]);
          expect(values.length).toBeGreaterThan(100);
        },
      ),
      { seed: 41, numRuns: 25 },
    );
  });
});
