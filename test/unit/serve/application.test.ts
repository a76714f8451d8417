import { beforeAll, describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { createLogger } from "../../../src/log.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { AnalyserApplication } from "../../../src/serve/application.ts";
import type { Core } from "../../../src/serve/core.ts";
import { MemoryStore } from "../../../src/state/memory.ts";

const CLASSES = ["a", "b", "c"];
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
      labels: { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "first", unknownClass: "reject" },
      gallery: { imagesPerGroup: 4, keepSeconds: 60 },
    },
    store,
  );
  const pipeline = { queue: { length: 0, capacity: 64 }, inferAll: () => Promise.resolve() };
  core = { config, classes: CLASSES, reference, monitor, pipeline } as unknown as Core;
});

function application(): { app: AnalyserApplication; telemetry: Telemetry } {
  const telemetry = new Telemetry(() => 0);
  const log = createLogger("error", clock, () => {});
  const parts = {
    clock,
    random: seededRandom(1),
    log,
    telemetry,
    axis: clock,
    core: () => core,
    link: undefined,
    reload: () => Promise.resolve(),
  };
  return { app: new AnalyserApplication(parts), telemetry };
}

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
