import { describe, expect, it, vi } from "vitest";
import { createLogger } from "../../../src/log.ts";
import { every } from "../../../src/serve/timers.ts";

const lines: string[] = [];
const log = createLogger("info", { nowSeconds: () => 0, monotonicSeconds: () => 0 }, (line) => void lines.push(line));

describe("a timer", () => {
  it("never runs a task twice at once, and stop waits for the one under way", async () => {
    vi.useFakeTimers();
    let running = 0;
    let most = 0;
    let release = (): void => {};
    const timer = every(1, "slow", log, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      running -= 1;
    });
    await vi.advanceTimersByTimeAsync(3_000);
    expect([running, most]).toEqual([1, 1]);
    const stopped = timer.stop();
    release();
    await stopped;
    expect(running).toBe(0);
    vi.useRealTimers();
  });

  it("logs a failure and goes on", async () => {
    vi.useFakeTimers();
    let runs = 0;
    const timer = every(1, "failing", log, () => {
      runs += 1;
      throw new Error("no space left");
    });
    await vi.advanceTimersByTimeAsync(2_500);
    await timer.stop();
    expect(runs).toBe(2);
    expect(lines.join()).toContain("failing failed");
    expect(lines.join()).toContain("no space left");
    vi.useRealTimers();
  });
});
