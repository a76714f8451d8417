import { describe, expect, it } from "vitest";
import { TimeAxis } from "../../../src/serve/time-axis.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

function machine() {
  const time = { wall: 1_700_000_000, monotonic: 50 };
  const clock = { nowSeconds: () => time.wall, monotonicSeconds: () => time.monotonic };
  const pass = (seconds: number): void => {
    time.wall += seconds;
    time.monotonic += seconds;
  };
  return { time, pass, axis: new TimeAxis(clock) };
}

describe("the axis of time", () => {
  it("is the clock while nobody touches it", () => {
    const { time, pass, axis } = machine();
    expect(axis.nowSeconds()).toBe(time.wall);
    for (const seconds of [0, 0.5, 15, 7_200]) {
      pass(seconds);
      expect(axis.nowSeconds()).toBe(time.wall);
    }
  });

  it("follows a clock that is put right by less than a minute, and one that is put back by anything", () => {
    for (const step of [59, -1, -HOUR, -10 * DAY]) {
      const { time, pass, axis } = machine();
      pass(10);
      time.wall += step;
      expect(axis.nowSeconds()).toBe(time.wall);
      pass(10);
      expect(axis.nowSeconds()).toBe(time.wall);
    }
  });

  it.each([HOUR, 10 * DAY])("catches up with a clock that leapt %i s ahead, at twice its speed", (leap) => {
    const { time, pass, axis } = machine();
    const before = axis.nowSeconds();
    time.wall += leap;
    expect(axis.nowSeconds()).toBe(before);
    pass(600);
    expect(axis.nowSeconds()).toBe(before + 1_200);
    for (let passed = 600; passed < leap; passed += 600) {
      pass(600);
      expect(axis.nowSeconds()).toBeLessThanOrEqual(time.wall);
      axis.nowSeconds();
    }
    expect(axis.nowSeconds()).toBe(time.wall);
  });

  it("has done nothing when the clock is put right again", () => {
    const { time, pass, axis } = machine();
    time.wall += 10 * DAY;
    pass(600);
    axis.nowSeconds();
    time.wall -= 10 * DAY;
    pass(15);
    expect(axis.nowSeconds()).toBe(time.wall);
  });
});
