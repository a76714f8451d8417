import { describe, expect, it } from "vitest";
import { CaptureBudget, MessageCapture } from "../../../src/tap/capture-budget.ts";

function budgetOf(messageBytes: number, totalBytes: number) {
  const counters = { openCaptureBytes: 0 };
  return { counters, budget: new CaptureBudget({ messageBytes, totalBytes }, counters) };
}

describe("a message capture", () => {
  it("is empty without pieces", () => {
    const { budget, counters } = budgetOf(10, 10);
    expect(new MessageCapture(budget).take()).toEqual([]);
    expect(counters.openCaptureBytes).toBe(0);
  });

  it("keeps one large piece by reference", () => {
    const { budget } = budgetOf(1e6, 1e6);
    const capture = new MessageCapture(budget);
    const piece = new Uint8Array(8192).fill(7);
    capture.add(piece);
    expect(capture.take()[0]).toBe(piece);
  });

  it("copies a piece of a much larger block, so the block can be freed", () => {
    const { budget } = budgetOf(1e6, 1e6);
    const capture = new MessageCapture(budget);
    const block = new Uint8Array(65_536).fill(7);
    capture.add(block.subarray(0, 5000));
    expect(capture.take()[0]?.buffer).not.toBe(block.buffer);
  });

  it("puts short and large pieces back in order", () => {
    const { budget } = budgetOf(1e6, 1e6);
    const capture = new MessageCapture(budget);
    const pieces = [1, 4095, 4096, 2, 9000, 3000, 3000, 1].map((length, index) =>
      new Uint8Array(length).fill(index + 1),
    );
    for (const piece of pieces) expect(capture.add(piece)).toBeUndefined();
    expect(Buffer.compare(Buffer.concat(capture.take()), Buffer.concat(pieces))).toBe(0);
  });

  it("holds few objects when pieces are of one byte", () => {
    const { budget, counters } = budgetOf(1e6, 1e6);
    const capture = new MessageCapture(budget);
    for (let index = 0; index < 200_000; index++) capture.add(Uint8Array.of(index));
    expect(counters.openCaptureBytes).toBe(200_000);
    const pieces = capture.take();
    expect(pieces).toHaveLength(Math.ceil(200_000 / 4096));
    expect(Buffer.concat(pieces)[511]).toBe(255);
  });

  it("refuses a body over the limit of a message, at the limit not", () => {
    const { budget } = budgetOf(10, 100);
    const capture = new MessageCapture(budget);
    expect(capture.add(new Uint8Array(10))).toBeUndefined();
    expect(capture.add(new Uint8Array(1))).toBe("message_too_large");
  });

  it("refuses what is over the budget of all, until something is released", () => {
    const { budget, counters } = budgetOf(100, 100);
    const [first, second] = [new MessageCapture(budget), new MessageCapture(budget)];
    expect(first.add(new Uint8Array(60))).toBeUndefined();
    expect(second.add(new Uint8Array(60))).toBe("budget_exhausted");
    expect(counters.openCaptureBytes).toBe(60);
    first.release();
    first.release();
    expect(counters.openCaptureBytes).toBe(0);
    expect(second.add(new Uint8Array(60))).toBeUndefined();
  });
});
