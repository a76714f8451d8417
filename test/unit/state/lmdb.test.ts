import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LmdbStore } from "../../../src/state/lmdb.ts";

function put(store: LmdbStore, key: string, value: Uint8Array, expiresAtSeconds: number): Promise<void> {
  return store.write([{ key, value, expiresAtSeconds }]);
}

/** Holds the commit as a disk would. */
function slowly(milliseconds: number): () => number {
  return () => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return 1e9;
  };
}

describe("the lmdb store on disk", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "vision-lmdb-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("keeps keys and life spans over a restart", async () => {
    const path = join(directory, "restart");
    const first = new LmdbStore(path, { maxKeys: 10 });
    void put(first, "a", Uint8Array.of(1), 100);
    void put(first, "b", Uint8Array.of(2), 200);
    await first.close();
    const second = new LmdbStore(path, { maxKeys: 10 });
    expect(await second.evict(150)).toMatchObject({ age: 1, size: 0 });
    expect(second.get("b")).toEqual(Uint8Array.of(2));
    await second.close();
  });

  it("names the directory that it cannot use", () => {
    const file = join(directory, "a-file");
    writeFileSync(file, "not a directory");
    chmodSync(file, 0o600);
    expect(() => new LmdbStore(join(file, "store"), { maxKeys: 10 })).toThrow(
      expect.objectContaining({ code: "STATE_UNUSABLE" }),
    );
  });

  it("refuses writes while there is too little space, keeps reading, and takes them again once there is more", async () => {
    const disk = { freeBytes: 1e9, seconds: 0 };
    const options = { freeBytes: () => disk.freeBytes, monotonicSeconds: () => disk.seconds++ };
    const store = new LmdbStore(join(directory, "scarce"), { maxKeys: 10, ...options });
    await put(store, "a", Uint8Array.of(1), 100);
    disk.freeBytes = 1e6;
    await expect(put(store, "a", Uint8Array.of(2), 100)).rejects.toThrow(expect.objectContaining({ code: "ENOSPC" }));
    await expect(store.evict(200)).rejects.toThrow(expect.objectContaining({ code: "ENOSPC" }));
    expect(store.writable).toBe(false);
    expect(await store.evict(50)).toEqual({ age: 0, size: 0, bytes: 0 });
    expect(store.get("a")).toEqual(Uint8Array.of(1));
    disk.freeBytes = 1e9;
    await put(store, "a", Uint8Array.of(3), 100);
    expect(store.get("a")).toEqual(Uint8Array.of(3));
    expect(store.writable).toBe(true);
    expect(await store.evict(200)).toMatchObject({ age: 1, size: 0 });
    await store.close();
  });

  it("keeps its file within the byte bound, however much is written", async () => {
    const path = join(directory, "bounded");
    const maxBytes = 20 * 2 ** 20;
    const store = new LmdbStore(path, { maxKeys: 1e6, maxBytes });
    const value = new Uint8Array(1_000);
    for (let batch = 0; batch < 80; batch++) {
      const numbers = Array.from({ length: 500 }, (_, index) => 500 * batch + index);
      await Promise.all(numbers.map((number) => put(store, `k${number}`, value, 1_000 + number)));
    }
    expect(statSync(join(path, "data.mdb")).size).toBeLessThan(maxBytes);
    expect(await store.count()).toBeGreaterThanOrEqual(1_000);
    expect(store.get("k39999")).toEqual(value);
    await store.close();
  });

  it("pauses twice as long as a slow disk took for a commit, also when a full batch waits", async () => {
    let reading = 0;
    const slow = { freeBytes: slowly(150), monotonicSeconds: () => reading++ };
    const store = new LmdbStore(join(directory, "slow"), { maxKeys: 1e6, batchKeys: 1, ...slow });
    await put(store, "first", Uint8Array.of(1), 100);
    const start = performance.now();
    await Promise.all([put(store, "second", Uint8Array.of(1), 100), put(store, "third", Uint8Array.of(1), 100)]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(600);
    await store.close();
  });

  it("reads the free space at most once a second", async () => {
    let readings = 0;
    let seconds = 10;
    const freeBytes = (): number => {
      readings += 1;
      return 1e9;
    };
    const options = { maxKeys: 10, freeBytes, monotonicSeconds: () => seconds };
    const store = new LmdbStore(join(directory, "readings"), options);
    for (let number = 0; number < 5; number++) await put(store, `${number}`, Uint8Array.of(1), 100);
    expect(readings).toBe(1);
    seconds = 11;
    await put(store, "later", Uint8Array.of(1), 100);
    expect(readings).toBe(2);
    await store.close();
  });

  it("fails whatever waits behind a write that failed, and shows nothing of it", async () => {
    const disk = { freeBytes: 1e6, seconds: 0 };
    const options = { freeBytes: () => disk.freeBytes, monotonicSeconds: () => disk.seconds++ };
    const store = new LmdbStore(join(directory, "behind"), { maxKeys: 10_000, ...options });
    const writes = Array.from({ length: 1_200 }, (_, number) => put(store, `k${number}`, Uint8Array.of(1), 100));
    const nothing = store.write([]);
    const settled = await Promise.allSettled([...writes, nothing]);
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    expect(disk.seconds).toBe(1);
    expect(store.get("k1100")).toBeUndefined();
    await store.close();
  });

  it("writes in one transaction what comes while it pauses", async () => {
    const disk = { transactions: 0 };
    const options = { freeBytes: () => 1e9, monotonicSeconds: () => disk.transactions++ };
    const store = new LmdbStore(join(directory, "grouped"), { maxKeys: 1_000, ...options });
    await put(store, "first", Uint8Array.of(1), 100);
    await Promise.all(Array.from({ length: 400 }, (_, number) => put(store, `k${number}`, Uint8Array.of(1), 100)));
    expect(disk.transactions).toBe(2);
    await store.close();
  });

  it("writes nothing more after a transaction has failed", async () => {
    const store = new LmdbStore(join(directory, "failed"), { maxKeys: 10 });
    await store.close();
    const failures = [await put(store, "a", Uint8Array.of(1), 1).catch((error: unknown) => error)];
    failures.push(await put(store, "b", Uint8Array.of(1), 1).catch((error: unknown) => error));
    expect(failures[0]).toBeInstanceOf(Error);
    expect(failures[1]).toBe(failures[0]);
  });
});
