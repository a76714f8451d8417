import { describe, expect, it } from "vitest";
import { StoreBehindError } from "../../../src/core/store.ts";
import { type Lane, Turnstile } from "../../../src/state/turnstile.ts";

/** Operations that end when told to. */
function operations(turnstile: Turnstile) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const start = (lane: Lane, name: string): Promise<void> =>
    turnstile.run(lane, () => {
      begun.push(name);
      return new Promise((end) => ends.push(end));
    });
  return { begun, ends, start };
}

describe("a turnstile", () => {
  it("runs 256 operations at once, and then predictions before labels, each in their order", async () => {
    const { begun, ends, start } = operations(new Turnstile());
    const all = Array.from({ length: 256 }, (_, n) => start("labels", `${n}`));
    all.push(start("labels", "label 1"), start("labels", "label 2"), start("predictions", "prediction"));
    await Promise.resolve();
    expect(begun).toHaveLength(256);
    for (let ended = 0; ended < 259; ended++) {
      ends[ended]?.();
      await new Promise((turn) => setImmediate(turn));
    }
    await Promise.all(all);
    expect(begun.slice(256)).toEqual(["prediction", "label 1", "label 2"]);
  });

  it("refuses a prediction while 10,000 wait, and passes on the failure of an operation", async () => {
    const turnstile = new Turnstile();
    const { ends, start } = operations(turnstile);
    await expect(turnstile.run("labels", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    const all = Array.from({ length: 10_256 }, (_, n) => start("predictions", `${n}`));
    await expect(start("predictions", "over")).rejects.toThrow(StoreBehindError);
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await new Promise((turn) => setImmediate(turn));
    }
    await Promise.all(all);
    await turnstile.run("predictions", () => Promise.resolve());
  });
});
