import { beforeAll, describe, expect, it, vi } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { createLogger } from "../../../src/log.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { AnalyserApplication } from "../../../src/serve/application.ts";
import type { Core } from "../../../src/serve/core.ts";
import { MemoryStore } from "../../../src/state/memory.ts";

const CLASSES = ["a", "b", "c"];
const RULES = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "first", unknownClass: "reject" } as const;
const clock = { nowSeconds: () => 1_000, monotonicSeconds: () => 1 };
let core: Core;
let store: MemoryStore;

beforeAll(() => {
  const config = parseConfig("model: { name: parts, classes: [a, b, c] }", {});
  const reference = restoreReference("0123456789ab", syntheticArtefact(240, { classes: CLASSES, dimensions: 16 }, 1));
  store = new MemoryStore({ maxKeys: 1_000 });
  const monitor = new Monitor(
    {
      model: "parts",
      modelVersion: "",
      classes: CLASSES,
      reference,
      windows: config.windows,
      chunkSeconds: 60,
      chunkImages: 100,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 5 },
      labels: RULES,
      gallery: { imagesPerGroup: 4, keepSeconds: 60 },
    },
    new LabelTable(store, CLASSES, RULES),
  );
  const pipeline = {
    queue: { length: 0, capacity: 64 },
    inferAll: () => Promise.resolve(),
    forget: (ids: readonly string[]) => ids.filter((id) => id === "queued").length,
  };
  const features = { worker: { identity: { id: "0123456789abcdef" }, health: { up: true } } };
  core = { config, classes: CLASSES, reference, monitor, pipeline, features } as unknown as Core;
});

function application(): { app: AnalyserApplication; telemetry: Telemetry } {
  const telemetry = new Telemetry(() => 0);
  const log = createLogger("debug", clock, (line) => void logged.push(line));
  const parts = {
    clock,
    random: seededRandom(1),
    log,
    telemetry,
    stores: { own: store, shared: undefined },
    strain: { memoryUsedRatio: undefined },
    axis: clock,
    core: () => core,
    link: undefined,
    reload: () => Promise.resolve(),
  };
  return { app: new AnalyserApplication(parts), telemetry };
}

const logged: string[] = [];
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe("what the HTTP surface is answered", () => {
  it("gives a result per label, and a bad one never fails its batch", async () => {
    const { app, telemetry } = application();
    const results = await app.labels(
      "application/json",
      json([{ id: "x", label: "a" }, { label: "b" }, { id: "y", label: "purple" }]),
    );
    expect(results.map(({ result, accepted }) => [result, accepted])).toEqual([
      ["pending", true],
      ["malformed", false],
      ["unknown_class", false],
    ]);
    expect(results[1]?.message).toContain("item 1 has no id");
    expect(results[2]?.message).toContain("a, b, c");
    expect(telemetry.snapshot().labels).toMatchObject({ pending: 1, unknown_class: 1 });
  });

  it("tells the sender to send again when the store fails, and counts it", async () => {
    const { app, telemetry } = application();
    const { write } = store;
    store.write = () => Promise.reject(new Error("no space left"));
    const [result] = await app.labels("application/json", json({ id: "z", label: "a" }));
    store.write = write;
    expect(result).toMatchObject({
      accepted: false,
      result: "store_failed",
      message: "no space left; send it again later",
    });
    expect(telemetry.snapshot().storeErrors).toEqual({ no_space: 0, failed: 1 });
  });

  it("takes observations item by item", async () => {
    const { app } = application();
    const results = await app.observations(
      "application/json",
      json([
        { id: "o", prediction: { label: "a" } },
        { id: "p", image: "http://x/y.jpg" },
      ]),
    );
    expect(results.map(({ accepted }) => accepted)).toEqual([true, false]);
    expect(results[1]?.message).toContain("nothing is fetched");
  });

  it("drops a CloudEvent that is none, with a reason", () => {
    const { app, telemetry } = application();
    expect(app.cloudEvent(new Map(), json({}))).toBe("dropped");
    expect(telemetry.snapshot().exchangesDropped.malformed_body).toBe(1);
  });

  it("forgets what it keeps of an id, says how much, and writes a line without the id", async () => {
    const { app, telemetry } = application();
    const nothing = { predictions: 0, earlyLabels: 0, galleryImages: 0, queuedImages: 0 };
    expect(await app.forget("nobody")).toEqual(nothing);
    expect([telemetry.snapshot().predictionsForgotten, logged]).toEqual([0, []]);
    const outcome = { classIndex: 0, confidence: 0.9 };
    const prediction = { ids: ["subject", "alias"], timeSeconds: 990, modelVersion: "", outcome, weight: 1 };
    await core.monitor.recordPrediction(prediction);
    await app.labels("application/json", json({ id: "early", label: "a" }));
    expect(await app.forget("alias")).toEqual({ ...nothing, predictions: 1 });
    expect(await app.forget("early")).toEqual({ ...nothing, earlyLabels: 1 });
    expect(await app.forget("queued")).toEqual({ ...nothing, queuedImages: 1 });
    expect(await app.forget("subject")).toEqual(nothing);
    expect(telemetry.snapshot().predictionsForgotten).toBe(3);
    expect(logged).toHaveLength(3);
    expect(logged.join("")).not.toMatch(/alias|early"|queued"|subject/);
    await core.monitor.assess(1_000);
    expect(core.monitor.assessment().labels.awaiting).toBe(0);
  });

  it("says that nothing was removed, and when to ask again, while the store fails", async () => {
    const { app, telemetry } = application();
    const failing = vi.spyOn(store, "write").mockRejectedValueOnce(new Error("disk"));
    await expect(app.forget("subject")).rejects.toMatchObject({ code: "STATE_UNUSABLE", retryAfterSeconds: 5 });
    failing.mockRestore();
    expect(telemetry.snapshot()).toMatchObject({ storeErrors: { failed: 1 }, predictionsForgotten: 0 });
  });

  it("forgets half an exchange that waits for its other half", async () => {
    const { app } = application();
    const event = new Map([
      ["ce-specversion", "1.0"],
      ["ce-type", "org.kubeflow.serving.inference.request"],
      ["ce-id", "half"],
      ["ce-source", "x"],
    ]);
    expect(app.cloudEvent(event, json({ instances: [[1]] }))).toBe("accepted");
    expect(await app.forget("half")).toMatchObject({ queuedImages: 1 });
  });

  it("shows no image while the gallery is off", () => {
    const { app } = application();
    expect(app.referenceThumbnail("r0")).toBeUndefined();
    expect(app.thumbnail("l0")).toBeUndefined();
  });

  it("is ready without a tap, and renders metrics and health", async () => {
    const { app } = application();
    expect(app.readiness()).toEqual({ ready: true, reasons: [] });
    expect((await app.metrics("")).body).toContain('vision_reference_loaded{model="parts"} 1');
    expect(app.health().map(({ group }) => group)).toContain("Reference");
  });
});
