import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { LmdbStore } from "../../src/state/lmdb.ts";
import { MemoryStore } from "../../src/state/memory.ts";

const STORES: readonly { name: string; open(directory: string, maxKeys: number, maxBytes?: number): Store }[] = [
  { name: "memory", open: (_, maxKeys, maxBytes = 2 ** 30) => new MemoryStore({ maxKeys, maxBytes }) },
  { name: "lmdb", open: (directory, maxKeys, maxBytes = 2 ** 30) => new LmdbStore(directory, { maxKeys, maxBytes }) },
];

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function put(store: Store, key: string, value: Uint8Array, expiresAtSeconds: number): Promise<void> {
  return store.write([{ key, value, expiresAtSeconds }]);
}

function remove(store: Store, key: string): Promise<void> {
  return store.write([{ key }]);
}

describe.each(STORES)("the $name store", ({ open }) => {
  let directory: string;
  let store: Store;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "vision-store-"));
    store = open(directory, 1000);
  });

  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it("is empty at first", async () => {
    expect(await store.count()).toBe(0);
    expect(store.get("a")).toBeUndefined();
    expect(await store.evict(1e12)).toMatchObject({ age: 0, size: 0 });
  });

  it("forgets nothing when an unknown key is deleted", async () => {
    await put(store, "a", bytes(1), 10);
    await remove(store, "b");
    expect(await store.count()).toBe(1);
  });

  it("shows a write to the next read, before its promise resolves", async () => {
    const written = put(store, "a", bytes(1, 2, 3), 10);
    expect(store.get("a")).toEqual(bytes(1, 2, 3));
    await written;
    expect(store.get("a")).toEqual(bytes(1, 2, 3));
  });

  it("shows a delete to the next read, before its promise resolves", async () => {
    await put(store, "a", bytes(1), 10);
    const deleted = remove(store, "a");
    expect(store.get("a")).toBeUndefined();
    await deleted;
    expect(store.get("a")).toBeUndefined();
    expect(await store.count()).toBe(0);
  });

  it("keeps writes that come at any moment, also while others are being written", async () => {
    const written: Promise<void>[] = [];
    for (let number = 0; number < 900; number++) {
      written.push(put(store, `k${number}`, bytes(1), 10));
      for (let turn = number % 7; turn > 0; turn--) await Promise.resolve();
      if (number % 50 === 0) await written[number];
    }
    await Promise.all(written);
    for (let number = 0; number < 900; number++) expect(store.get(`k${number}`)).toEqual(bytes(1));
    expect(await store.count()).toBe(900);
  });

  it("lets the last of several writes in flight win", async () => {
    await Promise.all([put(store, "a", bytes(1), 10), remove(store, "a"), put(store, "a", bytes(2), 20)]);
    expect(store.get("a")).toEqual(bytes(2));
    expect(await store.count()).toBe(1);
  });

  it("shows all changes of one write at once, and their order counts", async () => {
    await put(store, "old", bytes(1), 10);
    const written = store.write([
      { key: "new", value: bytes(2), expiresAtSeconds: 10 },
      { key: "old" },
      { key: "twice", value: bytes(3), expiresAtSeconds: 10 },
      { key: "twice", value: bytes(4), expiresAtSeconds: 20 },
    ]);
    const seen = (): unknown[] => ["new", "old", "twice"].map((key) => store.get(key)?.[0]);
    expect(seen()).toEqual([2, undefined, 4]);
    await written;
    expect(seen()).toEqual([2, undefined, 4]);
    expect(await store.evict(15)).toMatchObject({ age: 1, size: 0 });
  });

  it("resolves a write of nothing after all that came before", async () => {
    await store.write([]);
    const order: string[] = [];
    const before = put(store, "a", bytes(1), 10).then(() => order.push("before"));
    await store.write([]).then(() => order.push("nothing"));
    await before;
    expect(order).toEqual(["before", "nothing"]);
  });

  it("keeps empty keys, empty values, long keys and keys of any characters apart", async () => {
    const keys = [
      "",
      "\0",
      "\0\0",
      "a",
      "a\0",
      "é",
      "e\u0301",
      "\ud800",
      "\ud801",
      "__proto__",
      "k".repeat(5000),
      "k".repeat(5001),
    ];
    await Promise.all(keys.map((key, index) => put(store, key, bytes(index), 10)));
    for (const [index, key] of keys.entries()) expect(store.get(key)).toEqual(bytes(index));
    await put(store, "a", bytes(), 10);
    expect(store.get("a")).toEqual(bytes());
  });

  it("forgets a key when its life span has ended, not before", async () => {
    await put(store, "early", bytes(1), 100);
    await put(store, "late", bytes(2), 101);
    expect(await store.evict(100)).toMatchObject({ age: 0, size: 0 });
    expect(await store.evict(100.5)).toMatchObject({ age: 1, size: 0 });
    expect(store.get("early")).toBeUndefined();
    expect(store.get("late")).toEqual(bytes(2));
  });

  it("goes by the newest life span of a key that was written twice", async () => {
    await put(store, "longer", bytes(1), 100);
    await put(store, "longer", bytes(2), 500);
    await put(store, "shorter", bytes(1), 500);
    await put(store, "shorter", bytes(2), 100);
    expect(await store.evict(200)).toMatchObject({ age: 1, size: 0 });
    expect(store.get("longer")).toEqual(bytes(2));
    expect(store.get("shorter")).toBeUndefined();
  });

  it("forgets the soonest to end beyond the size bound", async () => {
    const order = Array.from({ length: 1500 }, (_, index) => (index * 7) % 1500);
    await Promise.all(order.map((number) => put(store, `k${number}`, bytes(1), 1007 + number)));
    expect(await store.evict(1017)).toEqual({ age: 10, size: 490, bytes: 0, endedSeconds: 1506 });
    expect(await store.count()).toBe(1000);
    expect(store.get("k499")).toBeUndefined();
    expect(store.get("k500")).toEqual(bytes(1));
  });

  it("gives up the soonest to end beyond the byte bound, and says until when", async () => {
    await store.close();
    // 12 MiB of values beside the 16 MiB that lmdb keeps spare.
    store = open(join(directory, "small"), 1e6, 18 * 2 ** 20);
    const value = new Uint8Array(2 ** 14);
    for (let batch = 0; batch < 32; batch++) {
      const numbers = Array.from({ length: 50 }, (_, index) => 50 * batch + index);
      await Promise.all(numbers.map((number) => put(store, `k${number}`, value, 1000 + number)));
    }
    const { age, size, bytes, endedSeconds } = await store.evict(0);
    expect([age, size]).toEqual([0, 0]);
    expect(bytes).toBeGreaterThan(400);
    expect(bytes).toBeLessThan(1_600);
    expect(endedSeconds).toBe(1000 + bytes - 1);
    expect(store.get(`k${bytes - 1}`)).toBeUndefined();
    expect(store.get(`k${bytes}`)).toEqual(value);
    expect(await store.count()).toBe(1_600 - bytes);
    expect((await store.evict(0)).bytes).toBe(0);
  });

  it("takes writes", () => {
    expect(store.writable).toBe(true);
  });

  it("behaves like a map under any sequence of operations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(OPERATION, { maxLength: 30 }), async (operations) => {
        await store.evict(Number.POSITIVE_INFINITY);
        const model: Model = new Map();
        for (const operation of operations) {
          await apply(operation, store, model);
          for (const key of KEYS) expect(store.get(key)?.[0]).toBe(model.get(key)?.value);
        }
        expect(await store.count()).toBe(model.size);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

type Model = Map<string, { readonly value: number; readonly seconds: number }>;

const KEYS = ["a", "b", "c", "d"];
const OPERATION = fc.record({
  kind: fc.constantFrom("put", "delete", "evict"),
  key: fc.constantFrom(...KEYS),
  value: fc.nat({ max: 255 }),
  seconds: fc.nat({ max: 200 }),
});
type Operation = typeof OPERATION extends fc.Arbitrary<infer T> ? T : never;

/** Writes are not awaited: reads must see them all the same. */
async function apply({ kind, key, value, seconds }: Operation, store: Store, model: Model): Promise<void> {
  if (kind === "put") {
    model.set(key, { value, seconds });
    void put(store, key, Uint8Array.of(value), seconds);
  } else if (kind === "delete") {
    model.delete(key);
    void remove(store, key);
  } else {
    for (const [name, entry] of model) if (entry.seconds < seconds) model.delete(name);
    await store.evict(seconds);
  }
}
