import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { resolveOutcome } from "../../../src/intake/outcome.ts";
import { Exposition } from "../../../src/metrics/exposition.ts";
import type { Scrape } from "../../../src/metrics/scrape.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { DEFAULTS } from "./scenario.ts";

const CLASSES = Array.from({ length: 1_000 }, (_, index) => `class ${index}`);
const KEPT = 1_000;
/** Ten times what a scrape of 50 classes needs. */
const MOST_SCRAPE_BYTES = 512 * 1024;

function setUp() {
  const store = new MemoryStore({ maxKeys: KEPT });
  const rules = { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "other" } as const;
  const monitor = new Monitor(
    {
      model: "parts",
      modelVersion: "1",
      classes: CLASSES,
      windows: [{ name: "10m", durationSeconds: 600 }],
      chunkSeconds: 60,
      chunkImages: 1_000,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
      labels: rules,
      gallery: { imagesPerGroup: 6, keepSeconds: 3_600 },
    },
    new LabelTable(store, CLASSES, rules),
  );
  const exposition = new Exposition(DEFAULTS);
  const scrape = async (): Promise<string> => {
    const all: Scrape = {
      assessment: monitor.assessment(),
      counters: monitor.counters(),
      telemetry: new Telemetry(() => 0).snapshot(),
      queue: { length: 0, capacity: 64 },
      embedderUp: true,
      logMessages: { debug: 0, info: 0, warn: 0, error: 0 },
    };
    return (await exposition.render(all, "")).body;
  };
  return { monitor, scrape };
}

const seriesOf = (body: string): number => body.split("\n").filter((line) => line.startsWith("vision_")).length;
const classesOf = (body: string, metric: string): string[] =>
  [...body.matchAll(new RegExp(`^${metric}\\{.*class="([^"]*)"`, "gm"))].map(([, name = ""]) => name);

describe("names without end", () => {
  it("a million random class names are all counted under `other`, add no series and no state", async () => {
    const { monitor, scrape } = setUp();
    const stateLength = (): number => JSON.stringify(monitor.toState()).length;
    const before = await scrape();
    const random = seededRandom(25);
    const feed = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        const resolved = resolveOutcome({ kind: "label", label: `name ${random.next()}` }, CLASSES, "auto");
        if ("reason" in resolved) throw new Error(resolved.reason);
        const { outcome } = resolved;
        const recorded = monitor.recordPrediction({ ids: ["1"], timeSeconds: 1, modelVersion: "", outcome, weight: 1 });
        if (index % 10_000 === 0) await recorded;
      }
    };
    await feed(1_000);
    const early = stateLength();
    await feed(999_000);
    const after = await scrape();
    expect(after).toMatch(/^vision_predictions_total\{.*class="other"\} 1000000$/m);
    expect(stateLength()).toBeLessThan(1.1 * early);
    expect(seriesOf(after)).toBe(seriesOf(before));
    expect(classesOf(after, "vision_predictions_total")).toHaveLength(DEFAULTS.maxClasses + 1);
  }, 60_000);

  it("a thousand configured classes share the series of `other` beyond the bound, and are counted as folded", async () => {
    const { monitor, scrape } = setUp();
    for (const [classIndex] of CLASSES.entries()) {
      const outcome = { classIndex, confidence: 0.9 };
      await monitor.recordPrediction({ ids: [`${classIndex}`], timeSeconds: 1, modelVersion: "1", outcome, weight: 1 });
    }
    await scrape();
    const body = await scrape();
    expect(body).toMatch(/^vision_predictions_total\{.*class="other"\} 950$/m);
    expect(body).toMatch(/^vision_series_folded_total\{.*metric="vision_predictions_total"\} 950$/m);
    expect(seriesOf(body)).toBeLessThanOrEqual(DEFAULTS.maxSeries);
    expect(body.length).toBeLessThan(MOST_SCRAPE_BYTES);
  });

  it("10,000 model versions and labels of as many unknown classes leave one version, a bounded state and the same scrape", async () => {
    const { monitor, scrape } = setUp();
    const feed = async (from: number): Promise<void> => {
      for (let index = from; index < from + 10_000; index++) {
        const outcome = { classIndex: index % CLASSES.length, confidence: 0.9 };
        const id = String(index);
        await monitor.recordPrediction({ ids: [id], timeSeconds: 1, modelVersion: `v${index}`, outcome, weight: 1 });
        await monitor.label({ id, label: `unknown ${index}` }, 2);
      }
      await monitor.assess(3);
    };
    await feed(0);
    const [body, state] = [await scrape(), JSON.stringify(monitor.toState()).length];
    await feed(10_000);
    const [again, stateAgain] = [await scrape(), JSON.stringify(monitor.toState()).length];
    expect(new Set([...again.matchAll(/model_version="([^"]*)"/g)].map(([, version]) => version))).toEqual(
      new Set(["1"]),
    );
    expect(seriesOf(again)).toBe(seriesOf(body));
    expect(stateAgain).toBeLessThan(1.1 * state);
    expect(again.length).toBeLessThan(MOST_SCRAPE_BYTES);
  });
});
