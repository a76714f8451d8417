import { describe, expect, it } from "vitest";
import { InOrder } from "../../../src/state/in-order.ts";

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

describe("operations in order", () => {
  it("follow each other when they share an id, whatever each takes and whether it fails", async () => {
    const inOrder = new InOrder();
    const ended: string[] = [];
    const run = (ids: string[], name: string, length: number, fails = false): Promise<void> =>
      inOrder.run(ids, async () => {
        await turns(length);
        ended.push(name);
        if (fails) throw new Error(name);
      });
    const results = await Promise.allSettled([
      run(["a", "b"], "first", 30),
      run(["b"], "second", 20, true),
      run(["c"], "alone", 1),
      run(["b", "c"], "third", 1),
    ]);
    expect(ended).toEqual(["alone", "first", "second", "third"]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });
});
