import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { ApiTokens, SCOPES } from "../../../src/http/api-tokens.ts";

const token = "t0ken-".padEnd(40, "x");
const other = "other-".padEnd(32, "y");
const hash = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const fault = (text: string): string => {
  try {
    new ApiTokens(text, "tokens.txt");
  } catch (error) {
    expect(error).toBeInstanceOf(VisionError);
    return (error as Error).message;
  }
  return "none";
};

describe("API tokens", () => {
  it("may do everything when their line names no scope", () => {
    const tokens = new ApiTokens(`# labelling\n\n  ${token}\r\n`, "tokens.txt");
    expect([...(tokens.scopesOf(token) ?? [])]).toEqual(SCOPES);
  });

  it("may do what their line says", () => {
    const tokens = new ApiTokens(`${token} labels,read\n${other}   delete`, "tokens.txt");
    expect([...(tokens.scopesOf(token) ?? [])]).toEqual(["labels", "read"]);
    expect([...(tokens.scopesOf(other) ?? [])]).toEqual(["delete"]);
  });

  it("may stand there as their SHA-256, which is no token itself", () => {
    const tokens = new ApiTokens(hash(token), "tokens.txt");
    expect(tokens.scopesOf(token)).toBeDefined();
    expect(tokens.scopesOf(hash(token))).toBeUndefined();
    expect(tokens.scopesOf(hash(token).slice(7))).toBeUndefined();
  });

  it.each(["", " ", token.slice(1), `${token}x`, token.toUpperCase()])("are not %j", (wrong) => {
    expect(new ApiTokens(token, "tokens.txt").scopesOf(wrong)).toBeUndefined();
  });

  it.each([
    ["nothing in the file", "# nobody\n\n", "there is no token in it"],
    ["31 characters", "s".repeat(31), "line 1"],
    ["513 characters", "s".repeat(513), "line 1"],
    ["a space within", `${token} ${token}`, "line 1"],
    ["a third word", `${token} labels x`, "line 1"],
    ["an unknown scope", `# a\n${token} labels,write`, "line 2"],
    ["a hash that is too short", "sha256:abcd", "line 1"],
    ["a character of another alphabet", `ü${token}`, "line 1"],
  ])("are refused with %s, by line and never by content", (_fault, text, place) => {
    expect(fault(text)).toContain("tokens.txt");
    expect(fault(text)).toContain(place);
    for (const word of text.split(/\s+/).filter((each) => each.length > 20)) expect(fault(text)).not.toContain(word);
  });

  it("have all their faulty lines named at once", () => {
    expect(fault(`short\n${token}\n\nshort2`)).toMatch(/line 1: .*\n.*line 4: /);
  });
});
