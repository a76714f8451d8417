import { hashSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { Passwords } from "../../../src/http/passwords.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const users = new Map([["ann", hashSync("pass:word ü", 4)]]);
/** Rests are noted and do not last. */
const rests: number[] = [];
const passwords = (plain?: { name: string; password: string }): Passwords =>
  new Passwords(users, plain, (milliseconds, then) => {
    rests.push(milliseconds);
    then();
  });

describe("passwords", () => {
  it("let nobody in when there are no users", async () => {
    const none = new Passwords(new Map());
    expect([none.size, await none.check(basic("ann:pass:word ü")), await none.check("")]).toEqual([
      0,
      "wrong",
      "wrong",
    ]);
  });

  it("are right for the one who has them, twice, the second time without a check", async () => {
    const checked = passwords();
    rests.length = 0;
    expect(await checked.check(basic("ann:pass:word ü"))).toBe("right");
    expect(await checked.check(basic("ann:pass:word ü"))).toBe("right");
    expect(rests).toEqual([]);
  });

  it.each(["ann:wrong", "eve:pass:word ü", "ann:", ":pass", "ann", ""])("are wrong as %j", async (text) => {
    expect(await passwords().check(basic(text))).toBe("wrong");
  });

  it.each(["Basic %%%", "Basic", "Bearer abc", "", "Basic  "])("are wrong in the header %j", async (header) => {
    expect(await passwords().check(header)).toBe("wrong");
  });

  it("cost an unknown name the same hashing as a wrong password, and a rest of at least 100 ms each", async () => {
    const slow = new Map([["ann", hashSync("a", 8)]]);
    const noted: number[] = [];
    const checked = new Passwords(slow, undefined, (milliseconds, then) => {
      noted.push(milliseconds);
      then();
    });
    const took = async (text: string): Promise<number> => {
      const start = process.cpuUsage();
      for (let i = 0; i < 3; i++) await checked.check(basic(text));
      return process.cpuUsage(start).user;
    };
    await took("ann:warm");
    const [known, unknown] = [await took("ann:wrong"), await took("eve:wrong")];
    expect(unknown / known).toBeGreaterThan(1 / 4);
    expect(unknown / known).toBeLessThan(4);
    expect(noted.every((rest) => rest >= 100)).toBe(true);
  });

  it("of the configuration itself open the same door, and only for their own user", async () => {
    const checked = passwords({ name: "vision", password: "in the file" });
    expect(checked.size).toBe(2);
    expect(await checked.check(basic("vision:in the file"))).toBe("right");
    expect(await checked.check(basic("ann:in the file"))).toBe("wrong");
    expect(await checked.check(basic("ann:pass:word ü"))).toBe("right");
  });

  it("are guessed one at a time: 32 wait, the next is told to come later", async () => {
    const held: (() => void)[] = [];
    const checked = new Passwords(users, undefined, (_milliseconds, then) => void held.push(then));
    expect(await checked.check(basic("ann:0"))).toBe("wrong");
    const waiting = Array.from({ length: 32 }, (_, i) => checked.check(basic(`ann:${i + 1}`)));
    expect(await checked.check(basic("ann:late"))).toBe("busy");
    expect(await checked.check("")).toBe("wrong");
    for (const each of waiting) {
      held.shift()?.();
      expect(await each).toBe("wrong");
    }
  });
});
