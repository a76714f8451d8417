import { describe, expect, it } from "vitest";
import { AlarmLedger } from "../../../src/monitor/alarm-ledger.ts";

const DAY = 86_400;

/** Looks every minute; `raised` says for each what was raised. */
function watched(days: number, raised: (now: number) => readonly number[] = () => []): AlarmLedger {
  const ledger = new AlarmLedger(30 * DAY);
  for (let now = 0; now <= days * DAY; now += 600) ledger.look(now, true, raised(now));
  return ledger;
}

describe("the alarm ledger", () => {
  it("knows nothing at the start", () => {
    expect(new AlarmLedger(DAY).assessment(0)).toEqual({
      spanSeconds: DAY,
      watchedSeconds: 0,
      alarms: 0,
      expectedFalseAlarms: 0,
      chanceRatio: 1,
    });
  });

  it("expects one false alarm in a whole span, and less in the part of it that was watched", () => {
    expect(watched(3).assessment(3 * DAY).expectedFalseAlarms).toBeCloseTo(0.1, 6);
    expect(watched(60).assessment(60 * DAY).expectedFalseAlarms).toBeCloseTo(1, 1);
  });

  it("gives the worked number of its head", () => {
    const ledger = watched(30, (now) => (now > 0 && now % (10 * DAY) === 0 && now < 30 * DAY + 1 ? [0] : []));
    expect(ledger.assessment(30 * DAY)).toMatchObject({ alarms: 3 });
    expect(ledger.assessment(30 * DAY).chanceRatio).toBeCloseTo(0.08, 2);
  });

  it("counts an alarm once that comes back before its window holds new images only", () => {
    const at = (times: readonly number[]) => (now: number) => (times.includes(now) ? [3600] : []);
    expect(watched(1, at([6000, 6600, 9600])).assessment(DAY).alarms).toBe(1);
    expect(watched(1, at([6000, 10_200])).assessment(DAY).alarms).toBe(2);
  });

  it("counts an alarm once that is raised at every look, however long it lasts", () => {
    expect(watched(1, (now) => (now >= 6000 && now < 60_000 ? [0] : [])).assessment(DAY).alarms).toBe(1);
  });

  it("holds a thousand alarms at most", () => {
    expect(watched(20, (now) => (now % 1200 === 0 ? [0] : [])).assessment(20 * DAY).alarms).toBe(1_000);
  });

  it("forgets alarms that are older than the span", () => {
    const early = (now: number) => (now === 6000 ? [0] : []);
    expect(watched(20, early).assessment(20 * DAY).alarms).toBe(1);
    expect(watched(40, early).assessment(40 * DAY).alarms).toBe(0);
  });

  it("does not count time in which nothing was tested, or nobody looked", () => {
    const ledger = new AlarmLedger(DAY);
    for (const [now, testing] of [
      [0, true],
      [600, true],
      [1200, false],
      [50_000, true],
    ] as const)
      ledger.look(now, testing, []);
    expect(ledger.assessment(50_000).watchedSeconds).toBe(600);
  });

  it("goes on from its state", () => {
    const first = watched(10, (now) => (now === 6000 ? [3600] : []));
    const second = new AlarmLedger(30 * DAY);
    second.restore(first.toState());
    expect(second.assessment(10 * DAY)).toEqual(first.assessment(10 * DAY));
    second.look(10 * DAY + 600, true, [0]);
    expect(second.assessment(10 * DAY + 600).alarms).toBe(2);
  });
});
