import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyFile } from "../../../src/state/key-file.ts";

const [OLD, NEW] = ["o".repeat(44), "n".repeat(44)];
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-keys-"));
  path = join(folder, "keys");
});
afterEach(() => rmSync(folder, { recursive: true }));

const texts = (file: KeyFile): string[] => file.keys.map((key) => Buffer.from(key).toString());

describe("a key file", () => {
  it.each([
    ["no keys", "", "0 keys"],
    ["three keys", `${OLD}\n${NEW}\n${OLD}`, "3 keys"],
    ["a key of 31 characters", `${OLD}\n${"x".repeat(31)}\n`, "key 2 has less than 32"],
  ])("with %s is refused by its name", (_, text, fault) => {
    writeFileSync(path, text);
    expect(() => new KeyFile(path)).toThrow(`labels.token.keyFile: ${path}: `);
    expect(() => new KeyFile(path)).toThrow(fault);
  });

  it("that is not there is refused by its name", () => {
    expect(() => new KeyFile(path)).toThrow(new RegExp(`labels\\.token\\.keyFile: ${path}: ENOENT`));
  });

  it("is taken up again when it changes, and a faulty one changes nothing", () => {
    writeFileSync(path, `${OLD}\n`);
    const file = new KeyFile(path);
    expect(file.refresh()).toBe(false);
    writeFileSync(path, ` ${NEW} \r\n\n${OLD}\n`);
    expect(file.refresh()).toBe(true);
    expect(texts(file)).toEqual([NEW, OLD]);
    writeFileSync(path, "short");
    expect(() => file.refresh()).toThrow("key 1 has less than 32");
    expect(texts(file)).toEqual([NEW, OLD]);
  });

  it("says nothing of its keys in a fault", () => {
    writeFileSync(path, "secret-but-short");
    expect(() => new KeyFile(path)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });
});
