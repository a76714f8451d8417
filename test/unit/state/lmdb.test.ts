import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LmdbStore } from "../../../src/state/lmdb.ts";

function put(store: LmdbStore, key: string, value: Uint8Array, expiresAtSeconds: number): Promise<void> {
  return store.write([{ key, value, expiresAtSeconds }]);
}

const root = resolve(import.meta.dirname, "../../..");
const writer = join(import.meta.dirname, "fixtures/writer.mjs");
/** Inside the repository, so that the compiled store finds its packages. */
const built = join(root, "node_modules/.cache/test-state");

/** Compiles the store alone: the child runs what ships, not what a test runner makes of it. */
function compileStore(): string {
  const options = [
    "--target",
    "es2023",
    "--module",
    "nodenext",
    "--types",
    "node",
    "--rewriteRelativeImportExtensions",
    "--skipLibCheck",
  ];
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/typescript/bin/tsc"),
      "--ignoreConfig",
      ...options,
      "--rootDir",
      join(root, "src"),
      "--outDir",
      built,
      join(root, "src/state/lmdb.ts"),
    ],
    { cwd: root },
  );
  writeFileSync(join(built, "package.json"), '{"type":"module"}');
  return join(built, "state/lmdb.js");
}

/** Lets the child write until it has acknowledged `target` writes, kills it, and answers with the last acknowledged number. */
function killWhileWriting(module: string, directory: string, target: number): Promise<number> {
  const child = spawn(process.execPath, [writer, module, directory], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    if (lastLine(printed) >= target) child.kill("SIGKILL");
  });
  return new Promise((done) => child.on("close", () => done(lastLine(printed))));
}

function lastLine(text: string): number {
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

describe("the lmdb store on disk", () => {
  let directory: string;
  let module: string;
  beforeAll(() => {
    module = compileStore();
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

  it("loses no acknowledged write when the process is killed", async () => {
    for (const target of [49, 1_500, 6_000]) {
      const path = join(directory, `killed-${target}`);
      const acknowledged = await killWhileWriting(module, path, target);
      expect(acknowledged).toBeGreaterThanOrEqual(target);
      const store = new LmdbStore(path, { maxKeys: 1_000_000 });
      for (let number = 0; number <= acknowledged; number++) {
        const value = store.get(`id-${number}`);
        if (!value || new TextDecoder().decode(value) !== `value ${number}`)
          expect.fail(`write ${number} of ${acknowledged} is lost`);
      }
      expect((await store.evict(1e9 + acknowledged + 1)).age).toBe(acknowledged + 1);
      await store.close();
    }
  });

  it("refuses writes while there is too little space, keeps reading, and takes them again once there is more", async () => {
    const disk = { freeBytes: 1e9, seconds: 0 };
    const options = { freeBytes: () => disk.freeBytes, monotonicSeconds: () => disk.seconds++ };
    const store = new LmdbStore(join(directory, "scarce"), { maxKeys: 10, ...options });
    await put(store, "a", Uint8Array.of(1), 100);
    disk.freeBytes = 1e6;
    await expect(put(store, "a", Uint8Array.of(2), 100)).rejects.toThrow(expect.objectContaining({ code: "ENOSPC" }));
    await expect(store.evict(200)).rejects.toThrow(expect.objectContaining({ code: "ENOSPC" }));
    expect(store.get("a")).toEqual(Uint8Array.of(1));
    disk.freeBytes = 1e9;
    await put(store, "a", Uint8Array.of(3), 100);
    expect(store.get("a")).toEqual(Uint8Array.of(3));
    expect(await store.evict(200)).toMatchObject({ age: 1, size: 0 });
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
