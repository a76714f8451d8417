import { describe, expect, it } from "vitest";
import { Slots } from "../../../src/http/slots.ts";

describe("slots", () => {
  it("turns away who finds the line full", async () => {
    const slots = new Slots(1, 0);
    expect(await slots.take()).toBeTypeOf("function");
    expect(await slots.take()).toBeUndefined();
  });

  it("hands a slot to the first in line", async () => {
    const slots = new Slots(1, 2);
    const order: string[] = [];
    const release = await slots.take();
    const waitAs = async (name: string): Promise<void> => {
      const next = await slots.take();
      order.push(name);
      next?.();
    };
    const waiting = [waitAs("second"), waitAs("third")];
    expect(order).toEqual([]);
    release?.();
    await Promise.all(waiting);
    expect(order).toEqual(["second", "third"]);
  });

  it("does not grow when a slot is given back twice", async () => {
    const slots = new Slots(1, 0);
    const release = await slots.take();
    release?.();
    release?.();
    expect(await slots.take()).toBeDefined();
    expect(await slots.take()).toBeUndefined();
  });
});
