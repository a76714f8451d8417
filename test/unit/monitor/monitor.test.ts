import { beforeAll, describe, expect, it } from "vitest";
import { type SyntheticOptions, syntheticArtefact, syntheticImage } from "../../../bench/synthetic.ts";
import type { PlainState } from "../../../src/core/codec.ts";
import type { ReferenceImage } from "../../../src/core/features.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import type { MonitorOptions } from "../../../src/monitor/monitor-options.ts";
import { type Reference, restoreReference } from "../../../src/reference/load.ts";
import { MemoryStore } from "../../../src/state/memory.ts";

const SYNTHETIC: SyntheticOptions = { classes: ["a", "b", "c"], dimensions: 32 };
let reference: Reference;

beforeAll(() => {
  reference = restoreReference("0123456789ab", syntheticArtefact(600, SYNTHETIC, 5));
}, 120_000);

function options(changes: Partial<MonitorOptions> = {}): MonitorOptions {
  return {
    model: "parts",
    modelVersion: "1",
    classes: SYNTHETIC.classes,
    reference,
    windows: [{ name: "10m", durationSeconds: 600 }],
    chunkSeconds: 60,
    chunkImages: 1_000,
    budget: { everySeconds: 30 * 86_400, imagesPerSecond: 1 },
    labels: { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" },
    gallery: { imagesPerGroup: 6, keepSeconds: 3_600 },
    ...changes,
  };
}

const store = (): MemoryStore => new MemoryStore({ maxKeys: 10_000 });

function monitorOver(chosen: MonitorOptions, kept: MemoryStore): Monitor {
  return new Monitor(chosen, new LabelTable(kept, chosen.classes, chosen.labels));
}

async function feed(
  monitor: Monitor,
  count: number,
  seed: number,
  change: (image: ReferenceImage) => ReferenceImage = (image) => image,
): Promise<void> {
  const random = seededRandom(seed);
  for (let index = 0; index < count; index++) {
    const image = change({ ...syntheticImage(`${seed}-${index}`, SYNTHETIC, random), timeSeconds: index });
    const { ids, timeSeconds, outcome } = image;
    if (outcome) await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "1", outcome, weight: 1 });
    monitor.recordImage(image);
  }
}

describe("the monitor", () => {
  it("says that there is not enough data before anything came", async () => {
    const monitor = monitorOver(options(), store());
    await monitor.assess(10);
    const [window] = monitor.assessment().windows;
    expect(window?.verdict).toBe("not_enough_data");
    expect(window?.signals).toEqual([]);
    expect(monitor.assessment().history).toHaveLength(1);
  });

  it("works without a reference: counts predictions and labels, compares nothing", async () => {
    const { reference: _, ...without } = options();
    const monitor = monitorOver(without, store());
    await feed(monitor, 50, 1);
    await monitor.label({ id: "1-3", label: "a" }, 60);
    await monitor.assess(60);
    const [window] = monitor.assessment().windows;
    expect(window).toMatchObject({ predictionCount: 50, imageCount: 0, labelCount: 1, signals: [], estimates: [] });
    expect(monitor.assessment().reference.loaded).toBe(false);
  });

  it("finds images like the reference's to be fine", async () => {
    const monitor = monitorOver(options(), store());
    await feed(monitor, 200, 2);
    await monitor.assess(200);
    const [window] = monitor.assessment().windows;
    expect(window?.verdict).toBe("ok");
    expect(window?.signals.length).toBeGreaterThan(10);
    expect(window?.estimates[0]?.accuracy.value).toBeGreaterThan(0.8);
  });

  it("finds a statistic that moved, names it first, and shows the images", async () => {
    const monitor = monitorOver(options(), store());
    const blurred = (image: ReferenceImage): ReferenceImage => ({
      ...image,
      statistics: image.statistics.map((value, index) => (index === 0 ? value - 6 : value)),
    });
    await feed(monitor, 200, 3, blurred);
    await monitor.assess(200);
    const { windows, exemplars } = monitor.assessment();
    expect(windows[0]?.verdict).toBe("drifting");
    expect(windows[0]?.causes[0]?.kind).toBe("statistic");
    expect(windows[0]?.driftingImages).toBeGreaterThan(150);
    expect(exemplars.drifting.length).toBe(6);
    expect(exemplars.drifting[0]?.nearestReference).toHaveLength(3);
  });

  it("counts labels at prediction time in windows and at arrival in the counters", async () => {
    const monitor = monitorOver(
      options({
        windows: [
          { name: "1m", durationSeconds: 60 },
          { name: "1h", durationSeconds: 3_600 },
        ],
      }),
      store(),
    );
    await feed(monitor, 600, 4);
    for (let index = 0; index < 20; index++)
      expect((await monitor.label({ id: `4-${index}`, label: "a" }, 600)).result).toBe("matched");
    await monitor.assess(600);
    const [minute, hour] = monitor.assessment().windows;
    expect(minute?.labelCount).toBe(0);
    expect(hour?.labelCount).toBe(20);
    expect(monitor.counters().labelled).toBe(20);
  });

  it("back-fills the window of the prediction with a label that comes after a restart", async () => {
    const kept = store();
    const windows = [
      { name: "1m", durationSeconds: 60 },
      { name: "1h", durationSeconds: 3_600 },
    ];
    const first = monitorOver(options({ windows }), kept);
    await feed(first, 600, 10);
    await first.assess(600);
    const restarted = monitorOver(options({ windows }), kept);
    restarted.restore(first.toState());
    for (let index = 0; index < 20; index++)
      expect(await restarted.label({ id: `10-${index}`, label: "a" }, 700)).toMatchObject({
        result: "matched",
        delaySeconds: 700 - index,
      });
    await restarted.assess(700);
    const [minute, hour] = restarted.assessment().windows;
    expect([minute?.labelCount, hour?.labelCount]).toEqual([0, 20]);
    expect(minute?.realised).toBeUndefined();
    expect(hour?.realised?.accuracy.sampleCount).toBe(20);
    expect(hour?.predictionCount).toBe(600);
    expect(restarted.assessment().labels).toMatchObject({ lastLabelSeconds: 700, awaiting: 580 });
    expect(restarted.assessment().labels.expectedDelaySeconds).toBeGreaterThan(690);
  });

  it("takes a corrected label back", async () => {
    const monitor = monitorOver(options(), store());
    await feed(monitor, 10, 6);
    for (const label of ["a", "b", "b", "c"]) await monitor.label({ id: "6-0", label }, 20);
    await monitor.assess(20);
    expect(monitor.assessment().windows[0]?.labelCount).toBe(1);
    expect(monitor.assessment().windows[0]?.realised?.confusion).toHaveLength(1);
  });

  it("knows how many predictions wait for their label and when the last one came, also after a restart", async () => {
    const monitor = monitorOver(options(), store());
    await feed(monitor, 10, 9);
    await monitor.label({ id: "9-1", label: "a" }, 20);
    await monitor.label({ id: "9-1", label: "b" }, 20);
    await monitor.assess(20);
    expect(monitor.assessment().labels.awaiting).toBe(9);
    const restarted = monitorOver(options(), store());
    restarted.restore(monitor.toState());
    await restarted.assess(30);
    expect(restarted.assessment().labels).toEqual({ awaiting: 9, oldestAwaitingSeconds: 30, lastLabelSeconds: 20 });
    await restarted.assess(20 + 3_600 + 120);
    expect(restarted.assessment().labels.awaiting).toBe(0);
  });

  it("says how long a label took", async () => {
    const monitor = monitorOver(options(), store());
    await feed(monitor, 3, 7);
    expect((await monitor.label({ id: "7-2", label: "a" }, 50)).delaySeconds).toBe(48);
    expect((await monitor.label({ id: "7-1", label: "a", timeSeconds: 11 }, 50)).delaySeconds).toBe(10);
  });

  it("goes on from its state: windows and history are as they were", async () => {
    const first = monitorOver(options(), store());
    await feed(first, 100, 8);
    await first.assess(100);
    const second = monitorOver(options(), store());
    second.restore(first.toState());
    await second.assess(100);
    const [before] = first.assessment().windows;
    const [after] = second.assessment().windows;
    expect(after?.signals.map(({ score }) => score.value)).toEqual(before?.signals.map(({ score }) => score.value));
    expect(second.assessment().history).toHaveLength(2);
  });

  it("keeps what was spent of the budget over a restart, and takes up a state that knows nothing of it", async () => {
    const first = monitorOver(options(), store());
    const blurred = (image: ReferenceImage): ReferenceImage => ({
      ...image,
      statistics: image.statistics.map((value, index) => (index === 0 ? value - 6 : value)),
    });
    await feed(first, 200, 3, blurred);
    await first.assess(200);
    await first.assess(260);
    expect(first.assessment().alarmBudget).toMatchObject({ alarms: 1, watchedSeconds: 60 });
    const second = monitorOver(options(), store());
    second.restore(first.toState());
    await second.assess(320);
    expect(second.assessment().alarmBudget).toMatchObject({ alarms: 1, watchedSeconds: 120 });
    const { thinning: _, ledger: __, ...old } = first.toState() as Record<string, PlainState>;
    const third = monitorOver(options(), store());
    third.restore(old);
    await third.assess(320);
    expect(third.assessment().alarmBudget?.watchedSeconds).toBe(0);
  });

  it("counts every image of a video, measures few, and says when a window is too large for the reference", async () => {
    const monitor = monitorOver(options(), store());
    const random = seededRandom(10);
    let scene = syntheticImage("scene", SYNTHETIC, random);
    for (let index = 0; index < 3_000; index++) {
      if (index % 10 === 0) scene = syntheticImage(String(index), SYNTHETIC, random);
      monitor.recordImage({ ...scene, timeSeconds: index / 10 });
    }
    await monitor.assess(300);
    const [window] = monitor.assessment().windows;
    expect(window?.imageCount).toBe(3_000);
    expect(window?.verdict).toBe("ok");
    expect(window?.referenceTooSmall).toBe(false);
    expect(window?.signals[0]?.score.sampleCount).toBeLessThan(300);
    const independent = monitorOver(options(), store());
    await feed(independent, 200, 2);
    await independent.assess(200);
    expect(independent.assessment().windows[0]?.referenceTooSmall).toBe(true);
  });

  it("refuses a state of another version", () => {
    const monitor = monitorOver(options(), store());
    expect(() => monitor.restore({ version: 9 })).toThrow(/version 9/);
  });

  it("does not let a failing store hide a prediction, whose label is no longer waited for", async () => {
    const failing = store();
    failing.write = () => Promise.reject(new Error("disk full"));
    const monitor = monitorOver(options(), failing);
    const { ids, outcome } = syntheticImage("x", SYNTHETIC, seededRandom(1));
    await expect(
      monitor.recordPrediction({ ids, timeSeconds: 1, modelVersion: "", outcome: outcome!, weight: 1 }),
    ).rejects.toThrow("disk full");
    await monitor.assess(2);
    expect(monitor.assessment().windows[0]?.predictionCount).toBe(1);
    expect(monitor.assessment().labels?.awaiting).toBe(0);
  });
});
