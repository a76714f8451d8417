import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LmdbStore } from "../../../src/state/lmdb.ts";
import { LmdbTables } from "../../../src/state/lmdb-tables.ts";
import { openLmdbStore } from "../../../src/state/open-lmdb.ts";
import { rebuildTables } from "../../../src/state/rebuild.ts";

const BOUNDS = { maxKeys: 1_000 };
const ONE = Uint8Array.of(1);
let folder: string;
let directory: string;

const never = (): Promise<boolean> => expect.fail("nothing is rebuilt");
/** In this process; the analyser takes another one for it. */
const rebuild = (from: string, to: string): Promise<boolean> =>
  rebuildTables(from, to).then(
    () => true,
    () => false,
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-open-"));
  directory = join(folder, "labels");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store with one key, closed. */
async function closedStore(): Promise<void> {
  const { store } = await openLmdbStore(directory, BOUNDS, never);
  await store.write([{ key: "a", value: ONE, expiresAtSeconds: 100 }]);
  await store.close();
}

/** As a kill leaves it. */
async function killedStore(): Promise<void> {
  const store = new LmdbStore(join(folder, "alive"), BOUNDS);
  await store.write([{ key: "a", value: ONE, expiresAtSeconds: 100 }]);
  cpSync(join(folder, "alive"), directory, { recursive: true });
  await store.close();
  rmSync(join(folder, "alive"), { recursive: true });
}

describe("opening the store of waiting predictions", () => {
  it("makes a new one, and takes up what was closed without looking at more than its checksum", async () => {
    await closedStore();
    const { store, setAside } = await openLmdbStore(directory, BOUNDS, never);
    expect(setAside).toBeUndefined();
    expect(store.get("a")).toEqual(ONE);
    await store.close();
  });

  it("sets a closed file aside in which any bit has changed, and starts anew", async () => {
    await closedStore();
    const damaged = readFileSync(join(directory, "data.mdb"));
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
    writeFileSync(join(directory, "data.mdb"), damaged);
    const { store, setAside } = await openLmdbStore(directory, BOUNDS, never);
    expect(setAside).toBe(`${directory}.damaged`);
    expect(readFileSync(join(`${directory}.damaged`, "data.mdb"))).toEqual(damaged);
    expect(store.get("a")).toBeUndefined();
    await store.close();
  });

  it("rebuilds after a kill, and leaves nothing behind", async () => {
    await killedStore();
    const { store, setAside } = await openLmdbStore(directory, BOUNDS, rebuild);
    expect(setAside).toBeUndefined();
    expect(store.get("a")).toEqual(ONE);
    expect(await store.evict(200)).toMatchObject({ age: 1 });
    await store.close();
    expect(readdirSync(folder)).toEqual(["labels"]);
  });

  it("sets a killed one aside when it cannot be rebuilt, and keeps the latest only", async () => {
    for (let time = 0; time < 2; time++) {
      await killedStore();
      const { store, setAside } = await openLmdbStore(directory, BOUNDS, async () => false);
      expect(existsSync(setAside as string)).toBe(true);
      expect(await store.count()).toBe(0);
      await store.close();
      rmSync(directory, { recursive: true });
    }
    expect(readdirSync(folder)).toEqual(["labels.damaged"]);
  });

  it("does not rebuild on a disk without room for a copy", async () => {
    await killedStore();
    const { store } = await openLmdbStore(directory, { ...BOUNDS, freeBytes: () => 32 * 2 ** 20 }, never);
    expect(store.get("a")).toEqual(ONE);
    await store.close();
  });

  it("refuses tables that do not fit together", async () => {
    const tables = new LmdbTables(directory);
    tables.transact(() => tables.appendValue(Buffer.alloc(16), Buffer.alloc(9)));
    await tables.close();
    await expect(rebuildTables(directory, join(folder, "rebuilt"))).rejects.toThrow("do not fit together");
  });

  it("names a directory that cannot be made", async () => {
    await expect(openLmdbStore("/sys/vision-exporter/labels", BOUNDS, never)).rejects.toThrow(
      expect.objectContaining({ code: "STATE_UNUSABLE" }),
    );
    writeFileSync(directory, "a file");
    await expect(openLmdbStore(join(directory, "labels"), BOUNDS, never)).rejects.toThrow(/ENOTDIR/);
  });
});
