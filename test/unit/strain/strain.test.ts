import { describe, expect, it } from "vitest";
import { LoopLag } from "../../../src/strain/loop-lag.ts";
import { memoryLevel } from "../../../src/strain/memory-level.ts";
import { heldMemoryBytes, memoryLimitBytes } from "../../../src/strain/process-memory.ts";
import { Strain } from "../../../src/strain/strain.ts";

function strained(memory: { limit: number | undefined } = { limit: 100 }) {
  const now = { held: 0, lag: 0, ...memory };
  const calls: string[] = [];
  const strain = new Strain({
    limitBytes: () => now.limit,
    heldBytes: () => now.held,
    takeLagSeconds: () => now.lag,
    onPressure: (level, entered) => void calls.push(entered ? `enters ${level}` : level),
  });
  const look = (change: Partial<typeof now>): string | undefined => {
    Object.assign(now, change);
    strain.look();
    return strain.reason;
  };
  return { strain, look, calls };
}

describe("memory", () => {
  it("sheds from 80 % of the limit and ends below 75 %", () => {
    const { look } = strained();
    const shed = [0, 79, 80, 79, 75, 74, 79].map((held) => look({ held }) !== undefined);
    expect(shed).toEqual([false, false, true, true, true, false, false]);
  });

  it("is hard from 90 % and soft again below 85 %", () => {
    const levels = [85, 90, 89, 85, 84, 89, 74].map(
      (() => {
        let level = memoryLevel(0, "none");
        return (held: number) => {
          level = memoryLevel(held / 100, level);
          return level;
        };
      })(),
    );
    expect(levels).toEqual(["soft", "hard", "hard", "hard", "soft", "soft", "none"]);
  });

  it("tells of the level at every look, and when it begins", () => {
    const { look, calls } = strained();
    for (const held of [10, 85, 85, 95, 95, 86, 80, 10, 95]) look({ held });
    expect(calls).toEqual(["enters soft", "soft", "enters hard", "hard", "hard", "enters soft", "enters hard"]);
  });

  it("is not watched without a limit, and is once a reload gives one", () => {
    const { look, strain } = strained({ limit: undefined });
    expect(look({ held: 1e12 })).toBeUndefined();
    expect(strain.memoryUsedRatio).toBeUndefined();
    expect(look({ limit: 1e12 })).toBe("memory_pressure");
    expect(strain.memoryUsedRatio).toBe(1);
  });

  it("of this process is less than what is resident, and grows by what it holds", () => {
    const before = heldMemoryBytes();
    expect(before).toBeGreaterThan(2 ** 20);
    expect(before).toBeLessThanOrEqual(process.memoryUsage.rss());
    const held = Buffer.alloc(64 * 2 ** 20, 1);
    expect(heldMemoryBytes() - before).toBeGreaterThan(48 * 2 ** 20);
    expect(held[0]).toBe(1);
  });

  it("has a limit below the machine's memory, or none", () => {
    expect(memoryLimitBytes() ?? 1).toBeGreaterThan(0);
    expect(memoryLimitBytes() ?? 1).toBeLessThan(2 ** 50);
  });
});

describe("the event loop", () => {
  it("sheds images after a second of more than 200 ms lag, and not after the next second without", () => {
    const { look } = strained();
    expect([0.2, 0.201, 0].map((lag) => look({ lag }))).toEqual([undefined, "overloaded", undefined]);
  });

  it("gives way to memory in the reason", () => {
    const { look } = strained();
    expect(look({ lag: 1, held: 90 })).toBe("memory_pressure");
  });

  it("is measured: a stall shows once", async () => {
    const lag = new LoopLag();
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));
    lag.takeSeconds();
    await turn();
    const end = performance.now() + 600;
    while (performance.now() < end);
    await turn();
    expect(lag.takeSeconds()).toBeGreaterThan(0.4);
    expect(lag.takeSeconds()).toBe(0);
  });
});
