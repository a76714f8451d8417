import { describe, expect, it } from "vitest";
import type { Verdict, WindowAssessment } from "../../../src/core/assessment.ts";
import { AlarmBooks, type AssessedWindow } from "../../../src/monitor/alarm-books.ts";
import type { Profile } from "../../../src/profile/profile.ts";

const BUDGET = { everySeconds: 30 * 86_400, imagesPerSecond: 20 };
const HOUR = 3_600;

function windowOf(verdict: Verdict, { now = HOUR, images = 1_800 } = {}): AssessedWindow {
  const signals = verdict === "not_enough_data" ? [] : [{ drifting: verdict === "drifting" }];
  return {
    profile: { images: { count: images }, firstSeconds: now - HOUR } as Profile,
    assessment: { verdict, signals, startSeconds: now - HOUR } as unknown as WindowAssessment,
  };
}

/** What the books asked of online alarm and thinning. */
function booksWith({ alarming = false, alarms = 0 } = {}): {
  readonly books: AlarmBooks;
  readonly online: { alarming: boolean; alarms: number };
  readonly asked: string[];
} {
  const asked: string[] = [];
  const online = {
    alarming,
    alarms,
    distrust: () => void asked.push("distrust"),
    acknowledge: () => void asked.push("acknowledge"),
    ask: (images: number) => void asked.push(`ask ${images}`),
  };
  const thinning = { drifting: (images: number | undefined) => void asked.push(`thinning ${images}`) };
  return { books: new AlarmBooks(BUDGET, online, thinning), online, asked };
}

describe("the books of alarms", () => {
  it("book nothing without windows, without a reference and while nothing can be judged", () => {
    const bare = new AlarmBooks(BUDGET, undefined, undefined);
    bare.look(0, []);
    bare.look(15, [windowOf("not_enough_data")]);
    expect(bare.assessment(15)).toMatchObject({ alarms: 0, watchedSeconds: 0 });
  });

  it("ask the online alarm for the images that really come in the time of one false alarm, once that is known", () => {
    const { books, asked } = booksWith();
    books.look(HOUR, [windowOf("ok", { images: 99 })]);
    expect(asked).toEqual(["thinning undefined"]);
    books.look(HOUR, [windowOf("ok", { images: 99 }), windowOf("ok", { images: 1_800 })]);
    expect(asked.at(-1)).toBe(`ask ${2 * 30 * 86_400 * 0.5}`);
  });

  it("tell the online alarm not to learn from images in which a window found drift, and thinning how many there are", () => {
    const { books, asked } = booksWith();
    books.look(HOUR, [windowOf("drifting", { images: 500 }), windowOf("drifting", { images: 90 }), windowOf("ok")]);
    expect(asked).toContain("distrust");
    expect(asked).toContain("thinning 90");
    expect(books.assessment(HOUR).alarms).toBe(1);
  });

  it("book an online alarm that went on and off between two looks, and only once", () => {
    const { books, online } = booksWith();
    books.look(HOUR, [windowOf("ok")]);
    online.alarms = 1;
    books.look(HOUR + 15, [windowOf("ok")]);
    books.look(HOUR + 30, [windowOf("ok")]);
    expect(books.assessment(HOUR + 30).alarms).toBe(1);
  });

  it("do not book the alarms of before a restart again", () => {
    const { books } = booksWith({ alarms: 3 });
    books.restore(undefined);
    books.look(HOUR, [windowOf("ok")]);
    expect(books.assessment(HOUR).alarms).toBe(0);
  });

  it("acknowledge an online alarm when every window is well, and only then", () => {
    for (const [verdict, count] of [
      ["ok", 1],
      ["drifting", 0],
      ["not_enough_data", 0],
    ] as const) {
      const { books, asked } = booksWith({ alarming: true, alarms: 1 });
      books.look(HOUR, [windowOf("ok"), windowOf(verdict)]);
      expect(asked.filter((what) => what === "acknowledge")).toHaveLength(count);
    }
  });
});
