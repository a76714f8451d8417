import { describe, expect, it } from "vitest";
import type { Pixels } from "../../../src/image/pixels.ts";
import { computeStatistics, STATISTICS } from "../../../src/image/statistics/index.ts";
import { draw, plain } from "./pictures.ts";

/** Numbers that can be checked by hand: those of the files' heads. */
const value = (name: string, pixels: Pixels): number =>
  computeStatistics(pixels)[STATISTICS.findIndex((statistic) => statistic.name === name)] as number;

const brown = plain(200, 100, 50);
const blackAndWhite = draw(8, 8, (x) => (x < 4 ? [0, 0, 0] : [255, 255, 255]));
const dot = draw(5, 5, (x, y) => (x === 2 && y === 2 ? [100, 100, 100] : [0, 0, 0]));
const stripes = draw(12, 12, (x) => (x % 4 < 2 ? [0, 0, 0] : [90, 90, 90]));
const redAndGreen = draw(4, 4, (x) => (x < 2 ? [255, 0, 0] : [0, 255, 0]));

describe("the worked number of", () => {
  it.each([
    { name: "brightness", pixels: brown, expected: 124 },
    { name: "contrast", pixels: blackAndWhite, expected: 127.5 },
    { name: "entropy", pixels: blackAndWhite, expected: 1 },
    { name: "dark_clipping", pixels: blackAndWhite, expected: 0.5 },
    { name: "bright_clipping", pixels: blackAndWhite, expected: 0.5 },
    { name: "saturation", pixels: brown, expected: 0.75 },
    { name: "colourfulness", pixels: brown, expected: 42.43 },
    { name: "colour_cast", pixels: brown, expected: 150 },
    { name: "hue_spread", pixels: redAndGreen, expected: 0.5 },
    { name: "sharpness", pixels: dot, expected: 200_000 / 9 },
    { name: "noise", pixels: dot, expected: 37.14 },
    { name: "edge_coherence", pixels: stripes, expected: 1 },
    { name: "aspect_ratio", pixels: { ...brown, sourceWidth: 640, sourceHeight: 480 }, expected: 4 / 3 },
    {
      name: "bytes_per_pixel",
      pixels: { ...brown, sourceWidth: 640, sourceHeight: 480, sourceBytes: 76_800 },
      expected: 0.25,
    },
  ])("$name", ({ name, pixels, expected }) => {
    expect(value(name, pixels)).toBeCloseTo(expected, 2);
  });
});

/** A ramp up and down: steps of 2 between blocks of 8 source pixels, of 1 elsewhere; `scale` pixels show a source pixel. */
function blocks(scale: number, shift = 0): Pixels {
  const level = (source: number) => {
    const height = (source + Math.floor((source + shift) / 8)) % 200;
    return height < 100 ? height : 200 - height;
  };
  const size = 224;
  const grid = draw(size, size, (x, y) => {
    const grey = level(Math.floor(x / scale)) + level(Math.floor(y / scale));
    return [grey, grey, grey];
  });
  return { ...grid, sourceWidth: size / scale, sourceHeight: size / scale };
}

describe("blockiness", () => {
  it("sees steps on the grid of 8, at the size of the source and enlarged", () => {
    expect(value("blockiness", blocks(1))).toBeGreaterThan(0.09);
    expect(value("blockiness", blocks(2))).toBeGreaterThan(0.09);
  });

  it("does not take the same steps beside the grid for blocks", () => {
    expect(value("blockiness", blocks(1, 1))).toBeLessThan(0.08);
    expect(value("blockiness", blocks(1, 2))).toBeLessThan(0.02);
    expect(value("blockiness", blocks(1, 4))).toBeLessThan(-0.09);
  });

  it("is absent when the blocks are too small to be seen, and read off the other axis when only one is", () => {
    const pixels = blocks(1);
    expect(value("blockiness", { ...pixels, sourceWidth: 1920, sourceHeight: 1080 })).toBeNaN();
    expect(value("blockiness", { ...pixels, sourceWidth: 1920 })).toBeGreaterThan(0.09);
    expect(value("blockiness", { ...pixels, sourceHeight: 1080 })).toBeGreaterThan(0.09);
  });
});
