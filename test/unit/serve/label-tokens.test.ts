import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { LabelTokens } from "../../../src/serve/label-tokens.ts";

const [OLD, NEW] = ["o".repeat(44), "n".repeat(44)];
const CLASSES = ["good", "bent"];
const PREDICTION = {
  id: "a",
  timeSeconds: 10,
  weight: 1,
  classIndex: 0,
  confidence: 0.9,
  calibratedConfidence: 0.8,
  modelVersion: "1",
};
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-keys-"));
  path = join(folder, "keys");
});
afterEach(() => rmSync(folder, { recursive: true }));

function tokens(): LabelTokens {
  const config = parseConfig(`model: { name: parts }\nlabels: { token: { keyFile: ${path} } }`, {});
  return LabelTokens.of(config, CLASSES) as LabelTokens;
}

const isAccepted = (by: LabelTokens, token: string): boolean => typeof by.verify(token, 20) === "object";

describe("a key file", () => {
  it.each([
    ["no keys", "", "0 keys"],
    ["three keys", `${OLD}\n${NEW}\n${OLD}`, "3 keys"],
    ["a key of 31 characters", `${OLD}\n${"x".repeat(31)}\n`, "key 2 has less than 32"],
    ["more than a mebibyte", "x".repeat(2 ** 20 + 1), "more than 1048576 bytes"],
  ])("with %s is refused by its name", (_, text, fault) => {
    writeFileSync(path, text);
    expect(tokens).toThrow(`labels.token.keyFile: ${path}: `);
    expect(tokens).toThrow(fault);
  });

  it("that is not there is refused by its name", () => {
    expect(tokens).toThrow(new RegExp(`labels\\.token\\.keyFile: ${path}: ENOENT`));
  });

  it("is taken up again when it changes, and a faulty one is said once and changes nothing", () => {
    writeFileSync(path, `${OLD}\n`);
    const changing = tokens();
    const signedWithOld = changing.sign(PREDICTION);
    expect(changing.refresh()).toBe(false);
    writeFileSync(path, ` ${NEW} \r\n\n${OLD}\n`);
    expect(changing.refresh()).toBe(true);
    const signedWithNew = changing.sign(PREDICTION);
    writeFileSync(path, "short");
    expect(() => changing.refresh()).toThrow("key 1 has less than 32");
    expect(changing.refresh()).toBe(false);
    expect([isAccepted(changing, signedWithOld), isAccepted(changing, signedWithNew)]).toEqual([true, true]);
    writeFileSync(path, NEW);
    expect(changing.refresh()).toBe(true);
    expect([isAccepted(changing, signedWithOld), isAccepted(changing, signedWithNew)]).toEqual([false, true]);
  });

  it("says nothing of its keys in a fault", () => {
    writeFileSync(path, "secret-but-short");
    expect(tokens).toThrow(expect.not.objectContaining({ message: expect.stringContaining("secret") }));
  });
});
