import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resize } from "../../../src/embedding/resize.ts";
import { draw } from "../image/pictures.ts";

const grey = (levels: readonly number[]) =>
  draw(levels.length, 1, (x) => [levels[x] as number, levels[x] as number, levels[x] as number]);
const reds = (rgb: Uint8Array) => [...rgb].filter((_, i) => i % 3 === 0);

describe("resizing", () => {
  it("gives the same bytes back at the same size", () => {
    const pixels = grey([1, 2, 3]);
    expect(resize(pixels, 3, 1)).toBe(pixels.data);
  });

  it("has the worked number of its head", () => {
    expect(reds(resize(grey([0, 0, 100, 100]), 2, 1))).toEqual([14, 86]);
  });

  it("interpolates between the centres of pixels when it enlarges", () => {
    expect(reds(resize(grey([0, 100]), 4, 1))).toEqual([0, 25, 75, 100]);
  });

  it("lets every pixel count when it shrinks", () => {
    const one = (bright: number) =>
      reds(
        resize(
          draw(16, 16, (x, y) => (y * 16 + x === bright ? [255, 255, 255] : [0, 0, 0])),
          4,
          4,
        ),
      );
    for (const bright of [17, 100, 200]) expect(Math.max(...one(bright))).toBeGreaterThan(0);
  });

  it("does the same along both axes", () => {
    const across = resize(
      draw(6, 5, (x) => [40 * x, 0, 0]),
      3,
      5,
    );
    const down = resize(
      draw(5, 6, (_, y) => [40 * y, 0, 0]),
      5,
      3,
    );
    expect(reds(across).slice(0, 3)).toEqual([down[0], down[15], down[30]]);
  });

  it("keeps one colour and stays within the range of levels, at any size", () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (fromX, fromY, toX, toY, level) => {
        const out = resize(
          draw(fromX, fromY, () => [level, 255, 0]),
          toX,
          toY,
        );
        return (
          out.length === toX * toY * 3 && reds(out).every((value) => value === level) && out[1] === 255 && out[2] === 0
        );
      }),
      { seed: 3 },
    );
  });
});
