import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { LmdbStore } from "../../../src/state/lmdb.ts";
import { compileState } from "./fixtures/compiled.ts";

/** VISION_KILLS=200 npx vitest run test/unit/state/kills.test.ts */
const KILLS = Number(process.env["VISION_KILLS"] ?? 25);
const LONGEST_MILLISECONDS = 150;
const SEED = 20261124;
const writer = join(import.meta.dirname, "fixtures/writer.mjs");

interface Life {
  readonly opened: boolean;
  /** Number of the last acknowledged write. */
  readonly acknowledged: number;
  readonly printed: string;
}

/** Opens the store as the analyser does, writes from `from` on, and is killed so many milliseconds after its first answer. */
function live(built: string, directory: string, from: number, milliseconds: number): Promise<Life> {
  const child = spawn(process.execPath, [writer, built, directory, String(from)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  let waiting = true;
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    if (waiting && printed.includes("\n")) {
      waiting = false;
      setTimeout(() => child.kill("SIGKILL"), milliseconds);
    }
  });
  return new Promise((done) =>
    child.on("close", () => {
      const lines = printed.slice(0, printed.lastIndexOf("\n")).split("\n");
      done({ opened: lines[0] === "opened", acknowledged: Number(lines.at(-1)), printed });
    }),
  );
}

describe("a store whose process is killed", () => {
  let folder: string;
  let built: string;
  beforeAll(() => {
    built = compileState("kills");
    folder = mkdtempSync(join(tmpdir(), "vision-kills-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    "opens again every time and has lost no acknowledged write, at random moments one after the other",
    async () => {
      const random = seededRandom(SEED);
      const directory = join(folder, "labels");
      const acknowledged: number[] = [];
      let from = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const life = await live(built, directory, from, LONGEST_MILLISECONDS * random.next());
        if (!life.opened) expect.fail(`the start after kill ${kill} gave: ${life.printed}`);
        if (!Number.isNaN(life.acknowledged)) {
          for (let number = from; number <= life.acknowledged; number++) acknowledged.push(number);
        }
        from += 100_000;
      }
      const store = new LmdbStore(directory, { maxKeys: 1e9 });
      const lost = acknowledged.filter((number) => {
        const value = store.get(`id-${number}`);
        return !value || new TextDecoder().decode(value) !== `value ${number}`;
      });
      expect(lost).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(10 * KILLS);
      await store.close();
    },
    KILLS * 5_000,
  );
});
