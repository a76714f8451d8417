import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Change, StoreBehindError } from "../../src/core/store.ts";
import type { LabelJoin, LabelRules, PendingPrediction } from "../../src/monitor/label-join.ts";
import { LabelTable } from "../../src/monitor/label-table.ts";
import { LmdbStore } from "../../src/state/lmdb.ts";
import { MemoryStore } from "../../src/state/memory.ts";
import { SharedLabelTable } from "../../src/state/shared-label-table.ts";
import type { ValkeyClient } from "../../src/state/valkey-client.ts";
import { connectedClient, RedisServer } from "./fixtures/redis-server.ts";

const OPTIONS: LabelRules = {
  keepSeconds: 1_000,
  keepEarlySeconds: 100,
  onConflict: "last",
  unknownClass: "reject",
};
const CLASSES = ["cloudy", "desert", "water"];
/** Time of the first prediction; the shared table's records end in real time after it. */
const START = 10;

interface Table {
  readonly labels: LabelJoin;
  close(): Promise<void>;
}

let folder: string;
let server: RedisServer;
let client: ValkeyClient;
let tables = 0;

const TABLES: readonly { readonly name: string; open(rules: LabelRules): Table }[] = [
  {
    name: "memory",
    open(rules) {
      const store = new MemoryStore({ maxKeys: 1_000 });
      return { labels: new LabelTable(store, CLASSES, rules), close: () => store.close() };
    },
  },
  {
    name: "LMDB",
    open(rules) {
      const store = new LmdbStore(mkdtempSync(join(folder, "store-")), { maxKeys: 1_000 });
      return { labels: new LabelTable(store, CLASSES, rules), close: () => store.close() };
    },
  },
  {
    name: "Valkey",
    open(rules) {
      const clock = { nowSeconds: () => START, monotonicSeconds: () => START };
      const options = { keyPrefix: `t${tables++}`, model: "m", classes: CLASSES, rules, clock };
      return { labels: new SharedLabelTable(client, options), close: () => Promise.resolve() };
    },
  },
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vision-labels-"));
  server = await RedisServer.start();
  client = await connectedClient(server);
});

afterAll(async () => {
  client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

function prediction(id: string, timeSeconds = START): PendingPrediction {
  return { id, timeSeconds, weight: 1, classIndex: 0, confidence: 0.9, calibratedConfidence: 0.8, modelVersion: "1" };
}

describe.each(TABLES)("the label join over $name", ({ open }) => {
  const opened: Table[] = [];

  function table(rules: Partial<LabelRules> = {}): LabelJoin {
    const made = open({ ...OPTIONS, ...rules });
    opened.push(made);
    return made.labels;
  }

  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close();
  });

  it("joins a late label by the first id", async () => {
    const labels = table();
    await labels.remember(["a"], prediction("a"));
    expect(await labels.label({ id: "a", label: "desert" }, 500)).toMatchObject({
      result: "matched",
      count: 1,
      prediction: { id: "a" },
    });
  });

  it("joins by any alias", async () => {
    const labels = table();
    await labels.remember(["a", "b", "c"], prediction("a"));
    expect(await labels.label({ id: "c", label: 2 }, 20)).toMatchObject({
      result: "matched",
      count: 2,
      prediction: { id: "a" },
    });
    expect(await labels.label({ id: "b", label: 2 }, 20)).toMatchObject({ result: "duplicate" });
  });

  it("keeps a label that comes first and joins it when the prediction comes", async () => {
    const labels = table();
    expect(await labels.label({ id: "b", label: "water" }, 5)).toMatchObject({ result: "pending" });
    expect(await labels.remember(["a", "b"], prediction("a"))).toMatchObject({ result: "matched", count: 2 });
    expect(await labels.label({ id: "a", label: "water" }, 20)).toMatchObject({ result: "duplicate" });
  });

  it("joins a label and its prediction that come at the same moment", async () => {
    const labels = table();
    const [early, joined] = await Promise.all([
      labels.label({ id: "a", label: "water" }, 5),
      labels.remember(["a"], prediction("a")),
    ]);
    expect([early.result, joined?.result]).toEqual(["pending", "matched"]);
  });

  it("takes a correction, and says what to take back", async () => {
    const labels = table();
    await labels.remember(["a"], prediction("a"));
    await labels.label({ id: "a", label: "desert" }, 20);
    expect(await labels.label({ id: "a", label: "water" }, 30)).toMatchObject({
      result: "corrected",
      count: 2,
      takeBack: 1,
    });
    expect(await labels.label({ id: "a", label: "water" }, 40)).toMatchObject({ result: "duplicate" });
  });

  it("keeps the first of two labels when told to", async () => {
    const labels = table({ onConflict: "first" });
    await labels.remember(["a"], prediction("a"));
    await labels.label({ id: "a", label: "desert" }, 20);
    expect(await labels.label({ id: "a", label: "water" }, 30)).toMatchObject({ result: "conflict" });
  });

  it("refuses a class that is not in the list and a prediction that is too old", async () => {
    const labels = table();
    await labels.remember(["a"], prediction("a"));
    expect((await labels.label({ id: "a", label: "polar_ice" }, 20)).result).toBe("unknown_class");
    expect((await labels.label({ id: "a", label: "water" }, 2_000)).result).toBe("expired");
  });

  it("takes a class outside the list as proof of a wrong prediction when told to", async () => {
    const labels = table({ unknownClass: "other" });
    await labels.remember(["a"], prediction("a"));
    expect(await labels.label({ id: "a", label: "polar_ice" }, 20)).toMatchObject({
      result: "matched",
      count: CLASSES.length,
    });
  });

  it("keeps a prediction without a score", async () => {
    const labels = table();
    await labels.remember(["a"], { ...prediction("a"), confidence: Number.NaN, calibratedConfidence: Number.NaN });
    const joined = await labels.label({ id: "a", label: "cloudy" }, 20);
    expect(joined.prediction?.confidence).toBeNaN();
  });

  it.each(["a", "c"])("forgets a prediction by its id %s, with all of its ids", async (id) => {
    const labels = table();
    await labels.remember(["a", "b", "c"], prediction("a"));
    expect(await labels.forget(id)).toMatchObject({ prediction: { id: "a" }, earlyLabels: 0 });
    for (const each of ["a", "b", "c"])
      expect(await labels.label({ id: each, label: "desert" }, 20)).toMatchObject({ result: "pending" });
  });

  it("forgets a label that waits", async () => {
    const labels = table();
    await labels.label({ id: "early", label: "water" }, 5);
    expect(await labels.forget("early")).toEqual({ ids: ["early"], earlyLabels: 1 });
    expect(await labels.remember(["early"], prediction("early"))).toBeUndefined();
  });

  it("forgets a prediction that has a label, by another id", async () => {
    const labels = table();
    await labels.remember(["a", "b"], prediction("a"));
    await labels.label({ id: "a", label: "water" }, 20);
    expect(await labels.forget("b")).toMatchObject({ prediction: { id: "a", labelledAs: 2 } });
    expect(await labels.label({ id: "a", label: "water" }, 20)).toMatchObject({ result: "pending" });
  });

  it("forgets nothing of another one, and says when there was nothing", async () => {
    const labels = table();
    await labels.remember(["a", "b"], prediction("a"));
    expect(await labels.forget("x")).toEqual({ ids: ["x"], earlyLabels: 0 });
    expect(await labels.label({ id: "b", label: "desert" }, 20)).toMatchObject({ result: "matched" });
  });
});

describe("the label join while its disk is slow or fails", () => {
  it("answers a repeated label only when the first one is on disk, and with its failure", async () => {
    const { store, labels } = stuckTable();
    await labels.remember(["a"], prediction("a"));
    store.hold();
    const both = [labels.label({ id: "a", label: 1 }, 20), labels.label({ id: "a", label: 1 }, 20)];
    expect(await Promise.race([...both, Promise.resolve("waits")])).toBe("waits");
    store.fail(new Error("disk full"));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("lets no prediction wait for another one's disk write", async () => {
    const { store, labels } = stuckTable();
    store.hold();
    const all = Array.from({ length: 50 }, (_, number) => labels.remember([`${number}`], prediction(`${number}`)));
    expect(store.writes).toBe(50);
    store.release();
    await Promise.all(all);
  });

  it("refuses a prediction, having kept nothing, while 10,000 others wait for the disk, and takes one again afterwards", async () => {
    const { store, labels } = stuckTable();
    store.hold();
    const waiting = Array.from({ length: 10_000 }, (_, n) => labels.remember([`${n}`], prediction(`${n}`)));
    await expect(labels.remember(["over"], prediction("over"))).rejects.toThrow(StoreBehindError);
    expect(store.writes).toBe(10_000);
    store.release();
    await Promise.all(waiting);
    expect((await labels.label({ id: "over", label: 1 }, 20)).result).toBe("pending");
    await labels.remember(["next"], prediction("next"));
    expect((await labels.label({ id: "next", label: 1 }, 20)).result).toBe("matched");
  });
});

/** A memory store whose writes wait while it is told to hold. */
class StuckStore extends MemoryStore {
  writes = 0;
  #gate: Promise<void> | undefined;
  #settle: { readonly open: () => void; readonly fail: (reason: Error) => void } | undefined;

  hold(): void {
    this.#gate = new Promise((open, fail) => {
      this.#settle = { open, fail };
    });
  }

  release(): void {
    this.#settle?.open();
    this.#gate = undefined;
  }

  fail(reason: Error): void {
    this.#settle?.fail(reason);
    this.#gate = undefined;
  }

  override async write(changes: readonly Change[]): Promise<void> {
    this.writes += 1;
    await Promise.all([super.write(changes), this.#gate]);
  }
}

function stuckTable(): { readonly store: StuckStore; readonly labels: LabelTable } {
  const store = new StuckStore({ maxKeys: 100_000 });
  return { store, labels: new LabelTable(store, CLASSES, OPTIONS) };
}
