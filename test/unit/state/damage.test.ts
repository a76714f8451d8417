import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { LmdbStore } from "../../../src/state/lmdb.ts";
import { compileState } from "./fixtures/compiled.ts";

/** VISION_FLIPS=20000 npx vitest run test/unit/state/damage.test.ts */
const FLIPS = Number(process.env["VISION_FLIPS"] ?? 600);
const CUTS = 60;
const KEYS = 240;
const PAGE_BYTES = 4_096;
const STUCK_MILLISECONDS = 20_000;
const victim = join(import.meta.dirname, "fixtures/damage.mjs");

/** How far each damaged file came: refused, used, or the death of the process while it was rebuilt or used. */
async function fates(built: string, file: string, directory: string, lines: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  while (all.length < lines.length) {
    const { words, ended } = await run(built, file, directory, lines.slice(all.length));
    const survived = words.filter((word) => word === "used" || word === "refused");
    all.push(...survived);
    // What earlier files have left in a process may end it, so that a process of its own decides, as it does when an analyser starts.
    if (survived.length === 0) all.push(`${ended} in ${words.at(-1)}`);
  }
  return all;
}

async function run(built: string, file: string, directory: string, lines: readonly string[]) {
  const args = [victim, built, file, directory, String(KEYS)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
  let said = "";
  let watched = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(`${lines.join("\n")}\n`);
  const stuck = setInterval(() => {
    if (said === watched) child.kill("SIGKILL");
    watched = said;
  }, STUCK_MILLISECONDS);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearInterval(stuck);
  return { words: said.trim().split("\n"), ended: signal ?? String(code) };
}

describe("a damaged file of waiting predictions", () => {
  let folder: string;
  let built: string;
  let file: string;

  beforeAll(async () => {
    built = compileState("damage");
    // In memory where that is possible: thousands of files are written.
    folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "vision-damage-"));
    const store = new LmdbStore(join(folder, "whole"), { maxKeys: 1e6, freeBytes: () => 1e9 });
    for (let round = 0; round < 6; round++) {
      const numbers = Array.from({ length: KEYS / 6 }, (_, index) => (round * KEYS) / 6 + index);
      const value = Buffer.alloc(80, round);
      await Promise.all(numbers.map((n) => store.write([{ key: `k${n}`, value, expiresAtSeconds: 1_000 + n }])));
    }
    await store.evict(1_050);
    await store.close();
    mkdirSync(join(folder, "file"));
    file = join(folder, "file", "data.mdb");
    copyFileSync(join(folder, "whole", "data.mdb"), file);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is refused or used without harm: no flipped bit ends the process that uses it", {
    timeout: FLIPS * 500,
  }, async () => {
    const random = seededRandom(5);
    const bytes = statSync(file).size;
    // The first page, with the roots of everything, at a step of its own.
    const offsets = Array.from({ length: FLIPS }, (_, n) =>
      n % 3 === 0 ? Math.floor(3 * PAGE_BYTES * random.next()) : Math.floor(bytes * random.next()),
    );
    const lines = offsets.map((offset) => `${offset} ${Math.floor(8 * random.next())}`);
    const ends = await fates(built, file, join(folder, "flipped"), lines);
    expect(ends.filter((end) => end.endsWith("in use"))).toEqual([]);
    expect(ends).toContain("refused");
    expect(ends).toContain("used");
  });

  it("is refused or used without harm when it is cut, at every page and at random lengths", {
    timeout: 120_000,
  }, async () => {
    const random = seededRandom(6);
    const bytes = statSync(file).size;
    const pages = Array.from({ length: Math.ceil(bytes / PAGE_BYTES) }, (_, page) => page * PAGE_BYTES);
    const lengths = [...pages, ...Array.from({ length: CUTS }, () => Math.floor(bytes * random.next()))];
    const ends = await fates(
      built,
      file,
      join(folder, "cut"),
      lengths.map((length) => `cut ${length}`),
    );
    expect(ends.filter((end) => end.endsWith("in use"))).toEqual([]);
    expect(ends.length).toBe(lengths.length);
  });
});
