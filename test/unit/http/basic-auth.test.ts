import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { hashPassword, parseUsers } from "../../../src/http/basic-auth.ts";
import { applicationOf, type Started, start } from "./literals.ts";

const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString("base64")}`,
});

describe("the users of the page", () => {
  it("are none in an empty file", () => {
    expect(parseUsers("\n# nobody\n").size).toBe(0);
  });

  it("are read with their hashes", async () => {
    const users = parseUsers(`ann:${await hashPassword("one")}\nben:${await hashPassword("two")}\n`);
    expect([...users.keys()]).toEqual(["ann", "ben"]);
  });

  it.each([
    ["no colon", "ann"],
    ["a plain password", "ann:secret"],
    ["another scheme", "ann:bcrypt$16384$8$1$c2FsdHNhbHQ$AAAA"],
    ["a cost that is no power of two", `ann:scrypt$1000$8$1$c2FsdHNhbHQ$${"A".repeat(43)}`],
    ["a cost that would take a gigabyte", `ann:scrypt$1048576$8$1$c2FsdHNhbHQ$${"A".repeat(43)}`],
    ["a short hash", "ann:scrypt$16384$8$1$c2FsdHNhbHQ$AAAA"],
  ])("are refused with %s, naming the line and not its content", (_fault, line) => {
    const parse = (): unknown => parseUsers(`# first\n${line}`);
    expect(parse).toThrow(VisionError);
    expect(parse).toThrow(/line 2/);
    expect(parse).not.toThrow(/secret/);
  });
});

describe("a page with users", () => {
  let started: Started;
  beforeAll(async () => {
    const users = parseUsers(`ann:${await hashPassword("pass:word ü")}`);
    started = await start(applicationOf(), { page: { host: "127.0.0.1", port: 0, refreshSeconds: 30, users } });
  });
  afterAll(() => started.running.close(0));
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(started.page, { headers })).status;

  it("asks for a name and a password", async () => {
    const answer = await fetch(started.page);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
    expect(await answer.json()).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("opens to the right password, twice", async () => {
    expect(await status(basic("ann:pass:word ü"))).toBe(200);
    expect(await status(basic("ann:pass:word ü"))).toBe(200);
  });

  it.each(["ann:wrong", "eve:pass:word ü", "ann:", ":pass", "ann", ""])("stays closed to %j", async (text) => {
    expect(await status(basic(text))).toBe(401);
  });

  it("stays closed to a header that is no base64", async () => {
    expect(await status({ authorization: "Basic %%%" })).toBe(401);
    expect(await status({ authorization: "Bearer abc" })).toBe(401);
  });

  it("guards its pictures too", async () => {
    expect((await fetch(`${started.page}/gallery/live/images/l1`)).status).toBe(401);
  });
});
