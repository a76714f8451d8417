import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Features } from "../../src/core/features.ts";
import type { Inference } from "../../src/core/inference.ts";
import { seededRandom } from "../../src/core/random.ts";
import { StoreBehindError } from "../../src/core/store.ts";
import { Telemetry } from "../../src/metrics/self.ts";
import type { PredictionToRecord } from "../../src/monitor/monitor.ts";
import { Pipeline, type PipelineParts } from "../../src/pipeline.ts";

const extracted = {
  statistics: Float64Array.of(1),
  embedding: Float32Array.of(1, 2),
  seconds: { decode: 0.01, embed: 0.02 },
};

interface Setup {
  readonly predictionWeight?: number | undefined;
  readonly imageWeight?: number | undefined;
  readonly parts?: Partial<PipelineParts>;
  readonly queueLength?: number;
}

function setUp({ parts, queueLength = 1, ...weights }: Setup = {}) {
  const telemetry = new Telemetry(() => 0);
  const predictions: PredictionToRecord[] = [];
  const images: Features[] = [];
  const asked: string[] = [];
  const weightOf = (name: "predictionWeight" | "imageWeight"): number | undefined =>
    name in weights ? weights[name] : 1;
  const monitor = {
    recordPrediction: async (prediction: PredictionToRecord) => void predictions.push(prediction),
    recordImage: (features: Features) => void images.push(features),
  };
  const keep = (name: "predictionWeight" | "imageWeight") => (id: string) => {
    asked.push(id);
    return weightOf(name);
  };
  const pipeline = new Pipeline(
    {
      clock: { nowSeconds: () => 0, monotonicSeconds: () => 0 },
      telemetry,
      monitor: monitor as unknown as PipelineParts["monitor"],
      extractor: { extract: async () => extracted },
      predictionSampler: { keep: keep("predictionWeight") },
      imageSampler: { keep: keep("imageWeight") },
      strain: () => undefined,
      ...parts,
    },
    {
      intake: { maxBodyBytes: 1_000, random: seededRandom(1) },
      classes: ["a", "b"],
      activation: "auto",
      keepThumbnails: false,
      queueLength,
      queueBytes: 100,
      concurrency: 1,
    },
  );
  const infer = async (inference: Partial<Inference> = {}, weight?: number): Promise<void> => {
    const whole: Inference = {
      ids: ["x"],
      timeSeconds: 5,
      model: "",
      modelVersion: "",
      image: { kind: "encoded", bytes: new Uint8Array(3) },
      prediction: { kind: "label", label: "a" },
      ...inference,
    };
    await pipeline.infer(whole, weight);
    await pipeline.idle();
  };
  return { pipeline, infer, telemetry, predictions, images, asked };
}

describe("the pipeline", () => {
  it("weighs an image by both samplings: predictions 1 in 2, of these images 1 in 5", async () => {
    const { infer, predictions, images } = setUp({ predictionWeight: 2, imageWeight: 5 });
    await infer();
    expect(predictions[0]?.weight).toBe(2);
    expect(images[0]?.weight).toBe(10);
  });

  it("drops an exchange while those being unpacked hold too much, and takes one of any size when none does", async () => {
    const { pipeline, telemetry } = setUp();
    const large = {
      ...{ timeSeconds: 0, method: "POST", path: "/", status: 200 },
      requestHeaders: new Map(),
      responseHeaders: new Map(),
      requestBody: new Uint8Array(129 * 2 ** 20),
      responseBody: new Uint8Array(),
    };
    await Promise.all([pipeline.exchange(large), pipeline.exchange(large), pipeline.exchange(large)]);
    await pipeline.exchange(large);
    expect(telemetry.snapshot().exchangesDropped).toMatchObject({ queue_full: 2, body_too_large: 2 });
  });

  it("does not record a feature vector of another length than the reference's: its numbers would be NaN", async () => {
    const recorded: unknown[] = [];
    const monitor = {
      embeddingLength: 3,
      recordPrediction: async () => {},
      recordImage: (features: unknown) => void recorded.push(features),
    };
    const { infer, telemetry } = setUp({ parts: { monitor: monitor as unknown as PipelineParts["monitor"] } });
    await infer({ embedding: Float32Array.of(1, 2) });
    await infer({ embedding: Float32Array.of(1, 2, 3) });
    expect(recorded).toHaveLength(1);
    expect(telemetry.snapshot().imagesDropped).toMatchObject({ embed_failed: 1 });
  });

  it("does not sample again what the sender sampled, and keeps its weight", async () => {
    const { infer, predictions, images, asked } = setUp({ predictionWeight: undefined, imageWeight: 5 });
    await infer({}, 4);
    expect(predictions[0]?.weight).toBe(4);
    expect(images[0]?.weight).toBe(20);
    expect(asked).toHaveLength(1);
  });

  it("asks the two samplers with different ids, so that their choices are independent", async () => {
    const { infer, asked } = setUp();
    await infer();
    expect(new Set(asked).size).toBe(2);
  });

  it("records neither prediction nor image of what is not sampled", async () => {
    const { infer, predictions, images } = setUp({ predictionWeight: undefined });
    await infer();
    expect([predictions, images]).toEqual([[], []]);
  });

  it("records the image of a prediction that cannot be used, and counts why", async () => {
    const { infer, predictions, images, telemetry } = setUp();
    await infer({ prediction: { kind: "scores", scores: Float64Array.of(0.2, 0.3, 0.5) } });
    expect(predictions).toEqual([]);
    expect(images[0]?.outcome).toBeUndefined();
    expect(telemetry.snapshot().predictionsRejected.wrong_length).toBe(1);
  });

  it("counts an image that is missing, undecodable, not embeddable or not finite by its reason, and throws nothing", async () => {
    for (const reason of ["decode_failed", "embed_failed", "embedder_down"] as const) {
      const failing = setUp({ parts: { extractor: { extract: async () => ({ reason }) } } });
      await failing.infer();
      expect(failing.telemetry.snapshot().imagesDropped[reason]).toBe(1);
    }
    const { infer, telemetry, images } = setUp();
    await infer({ embedding: Float32Array.of(1, Number.NaN) });
    expect(telemetry.snapshot().imagesDropped.not_finite).toBe(1);
    expect(images).toEqual([]);
  });

  it("drops the newest image when the queue is full, and counts it", async () => {
    const { pipeline, telemetry } = setUp({ parts: { extractor: { extract: () => new Promise(() => {}) } } });
    for (const id of ["1", "2", "3"]) {
      const image = { kind: "encoded", bytes: new Uint8Array(3) } as const;
      await pipeline.infer({ ids: [id], timeSeconds: 0, model: "", modelVersion: "", image });
    }
    expect(telemetry.snapshot().imagesDropped.queue_full).toBe(1);
  });

  it("counts the bytes of the images that wait, too, and keeps no body for a small part of it", async () => {
    const { pipeline, telemetry } = setUp({
      parts: { extractor: { extract: () => new Promise(() => {}) } },
      queueLength: 9,
    });
    const body = new Uint8Array(1_000);
    const infer = (length: number) =>
      pipeline.infer({
        ids: [],
        timeSeconds: 0,
        model: "",
        modelVersion: "",
        image: { kind: "encoded", bytes: body.subarray(0, length) },
      });
    for (const length of [90, 60, 41, 40]) await infer(length);
    expect(pipeline.queue.length).toBe(2);
    expect(telemetry.snapshot().imagesDropped.queue_full).toBe(1);
  });

  it("takes many at once as fast as images leave, and waits for the disk once for all of them", async () => {
    let written = (): void => {};
    const disk = new Promise<void>((resolve) => {
      written = resolve;
    });
    const recorded: string[] = [];
    const analysed: string[] = [];
    const monitor = {
      recordPrediction: ({ ids }: PredictionToRecord) => {
        recorded.push(ids[0] ?? "");
        return disk;
      },
      recordImage: ({ ids }: Features) => void analysed.push(ids[0] ?? ""),
    } as unknown as PipelineParts["monitor"];
    const { pipeline, telemetry } = setUp({ parts: { monitor } });
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    const image = { kind: "encoded", bytes: new Uint8Array(3) } as const;
    const prediction = { kind: "label", label: "a" } as const;
    const all = pipeline.inferAll(
      ids.map((id) => ({ ids: [id], timeSeconds: 0, model: "", modelVersion: "", image, prediction })),
    );
    // One at a time waits in the queue, and none for the disk.
    for (let turn = 0; turn < 200 && analysed.length < ids.length; turn++) await nextTurn();
    expect(recorded).toEqual(ids);
    expect(analysed).toEqual(ids);
    expect(telemetry.snapshot().imagesDropped.queue_full).toBe(0);
    written();
    await all;
  });

  it("counts a prediction whose label can no longer be joined, and goes on to its image", async () => {
    const images: Features[] = [];
    const monitor = {
      recordPrediction: () => Promise.reject(new Error("disk full")),
      recordImage: (features: Features) => void images.push(features),
    };
    const { infer, telemetry } = setUp({ parts: { monitor: monitor as unknown as PipelineParts["monitor"] } });
    await infer();
    expect(telemetry.snapshot().storeErrors).toEqual({ no_space: 0, failed: 1 });
    expect(images).toHaveLength(1);
  });

  it("analyses an image while its prediction still waits for the disk, and is idle only when both are done", async () => {
    const images: Features[] = [];
    let written = (): void => {};
    const monitor = {
      recordPrediction: () => new Promise<void>((resolve) => (written = resolve)),
      recordImage: (features: Features) => void images.push(features),
    };
    const { pipeline } = setUp({ parts: { monitor: monitor as unknown as PipelineParts["monitor"] } });
    const image = { kind: "encoded", bytes: new Uint8Array(3) } as const;
    const prediction = { kind: "label", label: "a" } as const;
    void pipeline.infer({ ids: ["1"], timeSeconds: 0, model: "", modelVersion: "", image, prediction });
    let isIdle = false;
    const idle = pipeline.idle().then(() => {
      isIdle = true;
    });
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect([images.length, isIdle]).toEqual([1, false]);
    written();
    await idle;
  });

  it("counts a prediction that is not kept since too many wait for the disk apart from failures", async () => {
    const monitor = { recordPrediction: () => Promise.reject(new StoreBehindError()), recordImage: () => {} };
    const { infer, telemetry } = setUp({ parts: { monitor: monitor as unknown as PipelineParts["monitor"] } });
    await infer();
    expect(telemetry.snapshot()).toMatchObject({ storeErrors: { no_space: 0, failed: 0 }, evicted: { backlog: 1 } });
  });

  it("forgets images by id, those that wait and the one being analysed, and counts them", async () => {
    let decoded = (): void => {};
    const decoding = new Promise<void>((resolve) => {
      decoded = resolve;
    });
    const extract = async () => {
      await decoding;
      return extracted;
    };
    const { pipeline, infer, images, telemetry } = setUp({ parts: { extractor: { extract } } });
    const all = [infer({ ids: ["one", "alias"] }), infer({ ids: ["two"] })];
    await nextTurn();
    expect([pipeline.forget(["none"]), pipeline.forget(["two"]), pipeline.forget(["alias"])]).toEqual([0, 1, 1]);
    decoded();
    await Promise.all(all);
    expect([images, telemetry.snapshot().imagesDropped.forgotten]).toEqual([[], 2]);
    await infer({ ids: ["two"] });
    expect(images).toHaveLength(1);
  });
});
