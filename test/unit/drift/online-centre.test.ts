import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { OnlineCentre } from "../../../src/drift/online-centre.ts";

/** Allows |a|² of 3 + 4·2/256: more than the mean below. */
const law = { images: 256, trace: 3 * 256, pairSquares: 2 };
const BLOCK = 512;

/** `count` images whose f = phi − c is `mean`, as the alarm hands them on; the number of moves. */
function feed(centre: OnlineCentre, count: number, mean: number): number {
  let moves = 0;
  for (let image = 0; image < count; image++) {
    if (centre.add(Float64Array.of(mean - centre.offset[0]!))) moves++;
  }
  return moves;
}

describe("online centre", () => {
  it("is the reference's without images", () => {
    const centre = new OnlineCentre(1, law);
    expect([[...centre.offset], centre.errorShare, centre.law]).toEqual([[0], 1, law]);
  });

  it("is moved by a block of images when the next one is full, as the mean of all images", () => {
    const centre = new OnlineCentre(1, law);
    expect(feed(centre, 2 * BLOCK - 1, 1.5)).toBe(0);
    expect(centre.offset[0]).toBe(0);
    expect(feed(centre, 1, 1.5)).toBe(1);
    expect(centre.offset[0]).toBeCloseTo((1.5 * 512) / 768, 10);
    expect(centre.errorShare).toBeCloseTo(1 / 3, 10);
    expect(centre.law).toEqual({ ...law, images: 768 });
    feed(centre, BLOCK, 1.5);
    expect(centre.offset[0]).toBeCloseTo((1.5 * 1024) / 1280, 10);
  });

  it("forgets up to two blocks, and what has joined stays", () => {
    const centre = new OnlineCentre(1, law);
    feed(centre, 2 * BLOCK, 1);
    const before = centre.offset[0];
    feed(centre, BLOCK - 1, -1);
    centre.forget();
    feed(centre, 2 * BLOCK - 1, 1);
    expect(centre.offset[0]).toBe(before);
    feed(centre, 1, 1);
    expect(centre.offset[0]).toBeCloseTo(1024 / 1280, 10);
  });

  it("is never moved further than the reference may be off", () => {
    const centre = new OnlineCentre(1, law);
    feed(centre, 20 * BLOCK, 50);
    expect(centre.offset[0]! ** 2).toBeCloseTo(3 + (4 * 2) / 256, 10);
  });

  it("forgets old images by and by, so that it follows a stream of months", () => {
    const centre = new OnlineCentre(1, law);
    feed(centre, 300 * BLOCK, 1);
    const { images } = centre.law;
    expect(images).toBe(256 + 256 * BLOCK);
    feed(centre, 300 * BLOCK, 0);
    expect(centre.law.images).toBe(images);
    expect(centre.offset[0]).toBeLessThan(0.4);
  });

  it("survives being written down in the middle of a block, and refuses another version or reference", () => {
    const whole = new OnlineCentre(1, law);
    feed(whole, 3 * BLOCK + 7, 1);
    const restored = new OnlineCentre(1, law);
    restored.restore(decodePlain(encodePlain(whole.toState())));
    for (const centre of [whole, restored]) feed(centre, BLOCK, -1);
    expect(restored.toState()).toEqual(whole.toState());
    expect(() => restored.restore({ ...(whole.toState() as object), version: 2 })).toThrow(RangeError);
    expect(() => new OnlineCentre(2, law).restore(whole.toState())).toThrow(RangeError);
  });
});
