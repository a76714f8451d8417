import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import { OnlineAlarm } from "../../../src/drift/online-alarm.ts";
import { OnlineLimits } from "../../../src/drift/online-limits.ts";
import type { Projected } from "../../../src/profile/projection.ts";
import { fitContext, project, type Shift, simulateImage, simulateImages } from "./simulated-images.ts";

const context = fitContext(simulateImages(600, seededRandom(1)));
const limits = OnlineLimits.fit(context);
const { projection } = context;

function newAlarm(imagesPerFalseAlarm = 500): OnlineAlarm {
  return new OnlineAlarm({ projection, limits, imagesPerFalseAlarm });
}

function live(random: Random, shift: Shift = {}): Projected {
  return project(simulateImage(random, shift), projection);
}

/** Index of the first alarm, −1 for none in `most` images. */
function firstAlarm(alarm: OnlineAlarm, image: (index: number) => Projected, most: number): number {
  for (let index = 0; index < most; index++) {
    alarm.update(image(index));
    if (alarm.alarming) return index;
  }
  return -1;
}

/** 60 images like the reference, then shifted ones; a small shift needs many. */
function shiftedStream(seed: number, shift: Shift, from = 60): (index: number) => Projected {
  const random = seededRandom(seed);
  return (index) => live(random, index < from ? {} : shift);
}

describe("online alarm", () => {
  it("is silent without images and after one, however strange", () => {
    const alarm = newAlarm();
    expect([alarm.value, alarm.alarming, alarm.alarms, alarm.sinceImages, alarm.step]).toEqual([
      0,
      false,
      0,
      0,
      undefined,
    ]);
    alarm.update(live(seededRandom(2), { embedding: 50 }));
    expect([alarm.value, alarm.alarming, alarm.alarms, alarm.sinceImages]).toEqual([0, false, 0, 1]);
  });

  it("alarms at a known image of a known stream", () => {
    expect(firstAlarm(newAlarm(5000), shiftedStream(3, { embedding: 1.5 }), 1000)).toBe(63);
    expect(firstAlarm(newAlarm(5000), shiftedStream(3, { embedding: 0.3 }), 1000)).toBe(90);
  });

  it("alarms once in about as many images as asked, over references", () => {
    const asked = 200;
    let images = 0;
    let alarms = 0;
    for (let reference = 0; reference < 2; reference++) {
      const random = seededRandom(100 + reference);
      const fresh = fitContext(simulateImages(600, random));
      const fitted = OnlineLimits.fit(fresh);
      for (let stream = 0; stream < 30; stream++) {
        const alarm = new OnlineAlarm({ projection: fresh.projection, limits: fitted, imagesPerFalseAlarm: asked });
        const image = (): Projected => project(simulateImage(random), fresh.projection);
        const first = firstAlarm(alarm, image, 5 * asked);
        images += first < 0 ? 5 * asked : first + 1;
        if (first >= 0) alarms++;
      }
    }
    expect(images / alarms).toBeGreaterThan(asked / 2);
    expect(images / alarms).toBeLessThan(asked * 2);
  });

  it("is later when fewer false alarms are asked for", () => {
    const first = (asked: number): number => firstAlarm(newAlarm(asked), shiftedStream(4, { embedding: 0.4 }), 1000);
    expect(first(1e6)).toBeGreaterThan(first(100));
  });

  it("does not alarm early on a video without drift, and still does on one with drift", () => {
    const first = (shift: Shift, seed: number): number => {
      const image = shiftedStream(seed, shift);
      let scene = image(0);
      const frame = (index: number): Projected => {
        if (index % 5 === 0) scene = image(index / 5);
        return scene;
      };
      const alarm = newAlarm(2000);
      const at = firstAlarm(alarm, frame, 3000);
      expect(alarm.step).toBeGreaterThanOrEqual(15);
      return at < 0 ? 3000 : at;
    };
    const quiet = [11, 12, 13, 14, 15].map((seed) => first({}, seed)).sort((a, b) => a - b);
    expect(quiet[2]).toBeGreaterThan(Math.LN2 * 1000);
    expect(first({ embedding: 2 }, 11)).toBeLessThan(1000);
  });

  it("continues in the middle of a stream as if it had not been interrupted", () => {
    const stream = Array.from({ length: 400 }, (_, index) => index).map(shiftedStream(5, { embedding: 0.5 }));
    const whole = newAlarm();
    const seen = stream.map((image) => {
      whole.update(image);
      return [whole.value, whole.alarming, whole.alarms, whole.sinceImages];
    });
    expect(whole.alarms).toBeGreaterThan(0);
    for (const cut of [0, 1, 40, 75, 200]) {
      const before = newAlarm();
      for (const image of stream.slice(0, cut)) before.update(image);
      const after = newAlarm();
      after.restore(decodePlain(encodePlain(before.toState())));
      const rest = stream.slice(cut).map((image) => {
        after.update(image);
        return [after.value, after.alarming, after.alarms, after.sinceImages];
      });
      expect(rest).toEqual(seen.slice(cut));
    }
  });

  it("lasts while the drift lasts, ends by itself after it, and counts", () => {
    const alarm = newAlarm(5000);
    const random = seededRandom(6);
    for (let image = 0; image < 300; image++) alarm.update(live(random, image < 60 ? {} : { embedding: 1 }));
    expect([alarm.alarming, alarm.alarms]).toEqual([true, 1]);
    expect(alarm.sinceImages).toBeGreaterThan(200);
    let image = 0;
    for (; alarm.alarming && image < 1000; image++) alarm.update(live(random));
    // The long average has to forget the drift first.
    expect(image).toBeGreaterThan(100);
    expect([alarm.alarming, alarm.alarms]).toEqual([false, 1]);
  });

  it("starts anew when acknowledged, and alarms again when the drift is still there", () => {
    const alarm = newAlarm(5000);
    const image = shiftedStream(7, { embedding: 1 });
    firstAlarm(alarm, image, 1000);
    alarm.acknowledge();
    expect([alarm.alarming, alarm.alarms, alarm.value, alarm.sinceImages]).toEqual([false, 1, 0, 0]);
    const again = firstAlarm(alarm, () => image(1000), 100);
    expect(again).toBeGreaterThan(0);
    expect(alarm.alarms).toBe(2);
  });

  it("learns the error of the reference from images in which nothing is found, and not while windows find drift", () => {
    const offset = (alarm: OnlineAlarm): number => {
      const { centre } = alarm.toState() as unknown as { centre: { offset: Float64Array } };
      return centre.offset.reduce((sum, a) => sum + a * a, 0);
    };
    const [trusted, distrusted] = [newAlarm(1e6), newAlarm(1e6)];
    const random = seededRandom(12);
    for (let image = 0; image < 1_500; image++) {
      const projected = live(random);
      trusted.update(projected);
      distrusted.update(projected);
      if (image % 50 === 0) distrusted.distrust();
    }
    expect(offset(trusted)).toBeGreaterThan(0);
    expect(offset(distrusted)).toBe(0);
    expect(offset(trusted)).toBeLessThan((limits.law.trace + 4 * Math.sqrt(2 * limits.law.pairSquares)) / 300);
  });

  it("raises few alarms although its reference is off by more than most, once it knows it", () => {
    const random = seededRandom(13);
    // Off in all directions by so much that the long average passes the limits again and again.
    const { images, trace } = limits.law;
    const off = 0.9 * Math.sqrt(trace / images);
    const alarm = newAlarm(20_000);
    const raised = [0, 0, 0].map(() => {
      const before = alarm.alarms;
      for (let image = 0; image < 4_000; image++) {
        alarm.update(live(random, { embedding: off * 0.12 }));
        if (image % 15 === 0) alarm.acknowledge();
      }
      return alarm.alarms - before;
    });
    expect(raised[0]).toBeGreaterThan(0);
    expect(raised[1]! + raised[2]!).toBeLessThanOrEqual(1);
  });

  it("finds a shift after it has learnt the stream, and takes up a state of before it could learn", () => {
    const alarm = newAlarm(20_000);
    const random = seededRandom(14);
    for (let image = 0; image < 3_000; image++) alarm.update(live(random));
    const before = alarm.alarms;
    for (let image = 0; image < 150; image++) alarm.update(live(random, { embedding: 0.5 }));
    expect(alarm.alarms).toBe(before + 1);
    const { centre, ...old } = alarm.toState() as unknown as Record<string, never>;
    const restored = newAlarm(20_000);
    restored.restore(old);
    expect([centre !== undefined, restored.alarms, restored.alarming]).toEqual([true, before + 1, true]);
  });

  it("is not changed by acknowledging nothing", () => {
    const alarm = newAlarm();
    const random = seededRandom(8);
    for (let image = 0; image < 60; image++) alarm.update(live(random));
    const before = alarm.toState();
    alarm.acknowledge();
    expect(alarm.toState()).toEqual(before);
  });

  it("passes over an image whose numbers are not finite", () => {
    const alarm = newAlarm();
    const random = seededRandom(9);
    for (let image = 0; image < 60; image++) alarm.update(live(random));
    const before = alarm.toState();
    const broken = projection.project(new Float32Array(projection.dimensions).fill(Number.NaN));
    alarm.update(broken);
    expect(alarm.toState()).toEqual(before);
  });

  it("never alarms with a reference too small for limits", () => {
    const tiny = OnlineLimits.fit({ ...context, projected: context.projected.slice(0, 5) });
    const alarm = new OnlineAlarm({ projection, limits: tiny, imagesPerFalseAlarm: 10 });
    expect(firstAlarm(alarm, shiftedStream(10, { embedding: 5 }, 0), 200)).toBe(-1);
    expect(alarm.value).toBe(0);
  });

  it("refuses a state of another version or reference", () => {
    const alarm = newAlarm();
    const state = alarm.toState() as object;
    expect(() => alarm.restore({ ...state, version: 2 })).toThrow(RangeError);
    expect(() => alarm.restore({ ...state, means: [] })).toThrow(RangeError);
  });
});
