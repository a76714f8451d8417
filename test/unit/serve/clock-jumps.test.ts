import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { STATISTICS } from "../../../src/image/statistics/index.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { TimeAxis } from "../../../src/serve/time-axis.ts";
import { LmdbStore } from "../../../src/state/lmdb.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const CLASSES = ["a", "b", "c"];
const DIMENSIONS = 16;
const reference = restoreReference(
  "0123456789ab",
  syntheticArtefact(240, { classes: CLASSES, dimensions: DIMENSIONS }, 1),
);

/** A monitor with its store on disk, and a machine whose clock anybody may touch. */
class Station {
  readonly time = { wall: 1_700_000_000, monotonic: 7 };
  readonly #folder = mkdtempSync(join(tmpdir(), "vision-clock-"));
  readonly store: LmdbStore = new LmdbStore(this.#folder, { maxKeys: 1e6 });
  readonly monitor: Monitor;
  readonly #axis = new TimeAxis({ nowSeconds: () => this.time.wall, monotonicSeconds: () => this.time.monotonic });
  readonly #random = seededRandom(3);
  evicted = 0;
  sent = 0;

  constructor() {
    const options = {
      model: "parts",
      modelVersion: "",
      classes: CLASSES,
      reference,
      windows: [
        { name: "10m", durationSeconds: 600 },
        { name: "1h", durationSeconds: HOUR },
      ],
      chunkSeconds: 60,
      chunkImages: 100,
      budget: { everySeconds: 30 * DAY, imagesPerSecond: 5, assessSeconds: 15 },
      labels: { keepSeconds: 7 * DAY, keepEarlySeconds: HOUR, onConflict: "last", unknownClass: "reject" },
      gallery: { imagesPerGroup: 4, keepSeconds: DAY },
    } as const;
    this.monitor = new Monitor(options, new LabelTable(this.store, CLASSES, options.labels));
  }

  /** Minutes of traffic, two images each, with an assessment and an eviction a minute. */
  async live(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      for (let image = 0; image < 2; image++) await this.#infer();
      this.time.wall += 60;
      this.time.monotonic += 60;
      await this.monitor.assess(this.#axis.nowSeconds());
      const { age, size, bytes } = await this.store.evict(this.#axis.nowSeconds());
      this.evicted += age + size + bytes;
    }
  }

  async label(number: number): Promise<{ result: string; delaySeconds?: number }> {
    return this.monitor.label({ id: `i${number}`, label: "a" }, this.#axis.nowSeconds());
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #infer(): Promise<void> {
    const ids = [`i${this.sent++}`];
    const about = { ids, timeSeconds: this.time.wall, weight: 1, outcome: { classIndex: 0, confidence: 0.9 } };
    await this.monitor.recordPrediction({ ...about, modelVersion: "1" });
    const statistics = Float64Array.from(STATISTICS, () => this.#random.next());
    const embedding = Float32Array.from({ length: DIMENSIONS }, () => this.#random.next());
    this.monitor.recordImage({ ...about, statistics, embedding });
  }
}

/** Of every number in plain data, with its path. */
function numbersOf(value: unknown, path = ""): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(inner, `${path}.${key}`));
}

describe("a clock that jumps", () => {
  it.each([
    ["an hour ahead", HOUR],
    ["ten days ahead", 10 * DAY],
    ["an hour back", -HOUR],
    ["ten days back", -10 * DAY],
  ])("%s empties no window, ends no prediction that waits, and gives no negative age", async (_, jump) => {
    const station = new Station();
    await station.live(70);
    station.time.wall += jump;
    await station.live(5);
    const { windows, labels } = station.monitor.assessment();
    expect(windows.map(({ predictionCount }) => predictionCount > 0)).toEqual([true, true]);
    const counts = windows.map(({ imageCount }) => imageCount);
    expect(counts[0]).toBeGreaterThanOrEqual(10);
    expect(counts[1]).toBeGreaterThanOrEqual(100);
    expect(labels.awaiting).toBe(station.sent);
    expect(station.evicted).toBe(0);
    for (const number of [0, 100, 139, 140, 149]) expect((await station.label(number)).result).toBe("matched");
    await station.live(1);
    const ages = numbersOf(station.monitor.assessment()).filter(([path]) => /(age|delay|awaiting|seconds)/i.test(path));
    expect(ages.filter(([, seconds]) => seconds < 0)).toEqual([]);
    expect(ages.map(([path]) => path)).toContain(".labels.oldestAwaitingSeconds");
    await station.close();
  });

  it("and is put right again an hour later leaves all as it was", async () => {
    const station = new Station();
    await station.live(10);
    station.time.wall += 10 * DAY;
    await station.live(60);
    station.time.wall -= 10 * DAY;
    await station.live(10);
    const [short, long] = station.monitor.assessment().windows;
    expect(short?.imageCount).toBeGreaterThanOrEqual(16);
    expect(long?.imageCount).toBeGreaterThanOrEqual(100);
    expect(station.evicted).toBe(0);
    expect((await station.label(0)).result).toBe("matched");
    await station.close();
  });
});
