import { describe, expect, it } from "vitest";
import { LabelTimes } from "../../../src/monitor/label-times.ts";

function labelled(delays: readonly number[]): LabelTimes {
  const times = new LabelTimes();
  for (const [index, delay] of delays.entries()) times.received(1000 + index, delay);
  return times;
}

describe("the times of labels", () => {
  it("are unknown before the first label", () => expect(new LabelTimes().summary()).toEqual({}));

  it("expect nothing before twenty labels", () => {
    expect(labelled(Array(19).fill(60)).summary()).toEqual({ lastLabelSeconds: 1018 });
    expect(labelled(Array(20).fill(60)).summary()).toEqual({ lastLabelSeconds: 1019, expectedDelaySeconds: 60 });
  });

  it("expect the delay that 19 of 20 labels keep", () => {
    const delays = Array.from({ length: 1000 }, (_, index) => index);
    expect(labelled(delays).summary().expectedDelaySeconds).toBeGreaterThan(935);
    expect(labelled(delays).summary().expectedDelaySeconds).toBeLessThan(965);
  });

  it("count a label that came before its prediction as no delay, and one that was not joined not at all", () => {
    const times = labelled(Array(20).fill(-5));
    times.received(2000);
    expect(times.summary()).toEqual({ lastLabelSeconds: 2000, expectedDelaySeconds: 0 });
  });

  it("outlive a restart", () => {
    const times = labelled(Array(30).fill(60));
    const restarted = new LabelTimes();
    restarted.restore(times.toState());
    expect(restarted.summary()).toEqual(times.summary());
    expect(() => restarted.restore({ ...times.toState(), version: 2 as 1 })).toThrow(RangeError);
  });
});
