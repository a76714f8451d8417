import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { paintScene } from "../../bench/scene.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { computeStatistics, STATISTICS } from "../../src/image/statistics/index.ts";
import { PixelView } from "../../src/image/statistics/pixel-view.ts";
import { decodePixels, plain } from "../unit/image/pictures.ts";
import { statisticsPage } from "./statistics-page.ts";

/** Of `fixtures/images/scene.jpg` (320 × 240, quality 30). A new release of the JPEG decoder may move them by a little. */
const EXPECTED: Readonly<Record<string, number>> = {
  brightness: 129.61,
  contrast: 43.282,
  sharpness: 85.16,
  noise: 0.77681,
  entropy: 7.4675,
  saturation: 0.31372,
  colourfulness: 51.637,
  hue_spread: 0.93771,
  colour_cast: -2.9236,
  dark_clipping: 0.0007374,
  bright_clipping: 0.0003986,
  blockiness: 0.015254,
  edge_coherence: 0.023627,
  aspect_ratio: 1.3333,
  bytes_per_pixel: 0.06819,
};

/** No image has a number outside of these. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  brightness: [0, 255],
  contrast: [0, 127.5],
  sharpness: [0, 1020 ** 2],
  noise: [0, 427],
  entropy: [0, 8],
  saturation: [0, 1],
  colourfulness: [0, 400],
  hue_spread: [0, 1],
  colour_cast: [-255, 255],
  dark_clipping: [0, 1],
  bright_clipping: [0, 1],
  blockiness: [-1, 1],
  edge_coherence: [0, 1],
  aspect_ratio: [0, Number.MAX_VALUE],
  bytes_per_pixel: [0, Number.MAX_VALUE],
};

interface Fault {
  readonly statistic: string;
  readonly moves: "up" | "down";
  /** From none to much. */
  readonly strengths: readonly number[];
  /** A picture with the fault, as the file that a camera would send. */
  photograph(strength: number): Promise<Buffer>;
}

const WIDTH = 640;
const HEIGHT = 480;
const { data: painted } = paintScene(WIDTH, HEIGHT, 11);
const picture = (data: Uint8Array = painted): Sharp =>
  sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
const send = (image: Sharp): Promise<Buffer> => image.jpeg({ quality: 92 }).toBuffer();

/** The picture with each channel of each pixel changed. */
const repaint = (change: (level: number, channel: number) => number): Sharp =>
  picture(Uint8Array.from(painted, (level, i) => Math.max(0, Math.min(255, Math.round(change(level, i % 3))))));

const addNoise = (sigma: number): Sharp => {
  const random = seededRandom(5);
  return repaint(
    (level) => level + sigma * Math.sqrt(2) * (random.next() + random.next() + random.next() - 1.5) * Math.SQRT2,
  );
};

/** The mean of `length` neighbours in a row: a camera that moved while the shutter was open. */
const smear = (length: number): Sharp =>
  length === 1 ? picture() : picture().convolve({ width: length, height: 3, kernel: streak(length) });

const streak = (length: number): number[] =>
  Array.from({ length: 3 * length }, (_, i) => (Math.floor(i / length) === 1 ? 1 : 0));

const FAULTS: readonly Fault[] = [
  {
    statistic: "brightness",
    moves: "down",
    strengths: [1, 0.8, 0.5, 0.2],
    photograph: (gain) => send(repaint((level) => gain * level)),
  },
  {
    statistic: "contrast",
    moves: "down",
    strengths: [1, 0.8, 0.5, 0.2],
    photograph: (gain) => send(repaint((level) => 128 + gain * (level - 128))),
  },
  {
    statistic: "sharpness",
    moves: "down",
    strengths: [0, 1, 2, 4],
    photograph: (sigma) => send(sigma ? picture().blur(sigma) : picture()),
  },
  { statistic: "noise", moves: "up", strengths: [0, 5, 15, 30], photograph: (sigma) => send(addNoise(sigma)) },
  {
    statistic: "entropy",
    moves: "down",
    strengths: [1, 0.5, 0.2, 0.05],
    photograph: (gain) => send(repaint((level) => 128 + gain * (level - 128))),
  },
  {
    statistic: "saturation",
    moves: "down",
    strengths: [1, 0.7, 0.4, 0.1],
    photograph: (saturation) => send(picture().modulate({ saturation })),
  },
  {
    statistic: "colourfulness",
    moves: "down",
    strengths: [1, 0.7, 0.4, 0.1],
    photograph: (saturation) => send(picture().modulate({ saturation })),
  },
  {
    statistic: "hue_spread",
    moves: "down",
    strengths: [0, 20, 50, 100],
    photograph: (tint) => send(repaint((level, channel) => level + (channel === 0 ? tint : 0))),
  },
  {
    statistic: "colour_cast",
    moves: "up",
    strengths: [0, 10, 30, 60],
    photograph: (tint) => send(repaint((level, channel) => level + tint * (1 - channel))),
  },
  {
    statistic: "dark_clipping",
    moves: "up",
    strengths: [0, 40, 80, 120],
    photograph: (loss) => send(repaint((level) => level - loss)),
  },
  {
    statistic: "bright_clipping",
    moves: "up",
    strengths: [0, 40, 80, 120],
    photograph: (gain) => send(repaint((level) => level + gain)),
  },
  {
    statistic: "blockiness",
    moves: "up",
    strengths: [50, 20, 15, 8],
    photograph: (quality) => picture().jpeg({ quality }).toBuffer(),
  },
  { statistic: "edge_coherence", moves: "up", strengths: [1, 5, 11, 21], photograph: (length) => send(smear(length)) },
  {
    statistic: "aspect_ratio",
    moves: "up",
    strengths: [480, 320, 240, 120],
    photograph: (height) => send(picture().resize(WIDTH, height, { fit: "fill" })),
  },
  {
    statistic: "bytes_per_pixel",
    moves: "down",
    strengths: [95, 75, 40, 10],
    photograph: (quality) => picture().jpeg({ quality }).toBuffer(),
  },
];

const SAME_BYTES = { sourceBytes: 1000 };

function mirror(pixels: Pixels, axis: "across" | "down"): Pixels {
  const { width, height } = pixels;
  const data = new Uint8Array(pixels.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = axis === "across" ? y * width + (width - 1 - x) : (height - 1 - y) * width + x;
      data.set(pixels.data.subarray(3 * from, 3 * from + 3), 3 * (y * width + x));
    }
  }
  return { ...pixels, data };
}

const index = (name: string): number => STATISTICS.findIndex((statistic) => statistic.name === name);

describe("the list of statistics", () => {
  it("has at least 13, each with a name of its own", () => {
    expect(STATISTICS.length).toBeGreaterThanOrEqual(13);
    expect(new Set(STATISTICS.map(({ name }) => name)).size).toBe(STATISTICS.length);
  });

  it("has an expected number, bounds and a fault for each", () => {
    const names = STATISTICS.map(({ name }) => name).sort();
    expect(Object.keys(EXPECTED).sort()).toEqual(names);
    expect(Object.keys(BOUNDS).sort()).toEqual(names);
    expect(FAULTS.map(({ statistic }) => statistic).sort()).toEqual(names);
  });
});

describe.each(STATISTICS)("the statistic $name", (statistic) => {
  it("is named and worded for metrics, documentation and sentences", () => {
    expect(statistic.name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(["8-bit level", "level²", "ratio", "bits", "bytes"]).toContain(statistic.unit);
    expect(statistic.help).toMatch(/^[A-Z].*\.$/);
    expect(statistic.low).toMatch(/^[a-z]/);
    expect(statistic.high).toMatch(/^[a-z]/);
    expect(statistic.low).not.toBe(statistic.high);
  });

  it.each([
    ["black", plain(0, 0, 0)],
    ["white", plain(255, 255, 255)],
    ["of one colour", plain(17, 180, 99)],
    ["a single pixel", plain(17, 180, 99, 1)],
    ["two pixels wide", plain(17, 180, 99, 2)],
  ])("is finite for an image that is %s", (_, pixels) => {
    expect(statistic.compute(new PixelView({ ...pixels, ...SAME_BYTES }))).toSatisfy(Number.isFinite);
  });

  it("keeps to its bounds, whatever the pixels", () => {
    const [lowest, highest] = BOUNDS[statistic.name] as readonly [number, number];
    const side = fc.integer({ min: 1, max: 9 });
    const image = fc
      .tuple(side, side, fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 700 }))
      .chain(([width, height, sourceWidth, sourceHeight]) =>
        fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }).map((data) => {
          return { width, height, data, sourceWidth, sourceHeight, ...SAME_BYTES };
        }),
      );
    fc.assert(
      fc.property(image, (pixels) => {
        const value = statistic.compute(new PixelView(pixels));
        // A source of 700 px on 9 has no grid that could be seen.
        if (statistic.name === "blockiness" && Number.isNaN(value)) return true;
        return value >= lowest - 1e-9 && value <= highest + 1e-9;
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("is the same for the same image, and does not change it", async () => {
    const pixels = await decodePixels(await send(picture()));
    const before = Buffer.from(pixels.data);
    const [first, second] = [statistic.compute(new PixelView(pixels)), statistic.compute(new PixelView(pixels))];
    expect(second).toBe(first);
    expect(Buffer.compare(before, pixels.data)).toBe(0);
  });

  it.each(["across", "down"] as const)("is the same for the image mirrored %s", async (axis) => {
    const pixels = await decodePixels(await send(picture()));
    const mirrored = statistic.compute(new PixelView(mirror(pixels, axis)));
    expect(mirrored).toBeCloseTo(statistic.compute(new PixelView(pixels)), 9);
  });

  it("has its expected number on the fixture", async () => {
    const file = readFileSync(join(import.meta.dirname, "fixtures/images/scene.jpg"));
    const expected = EXPECTED[statistic.name] as number;
    const value = statistic.compute(new PixelView(await decodePixels(file)));
    expect(Math.abs(value - expected)).toBeLessThan(0.02 * Math.abs(expected));
  });
});

describe.each(FAULTS)("$statistic", ({ statistic, moves, strengths, photograph }) => {
  it(`goes ${moves} with every step of its fault`, async () => {
    const values: number[] = [];
    for (const strength of strengths) {
      const pixels = await decodePixels(await photograph(strength));
      values.push(computeStatistics(pixels)[index(statistic)] as number);
    }
    const steps = values.slice(1).map((value, i) => value - (values[i] as number));
    expect(steps.every((step) => (moves === "up" ? step > 0 : step < 0))).toBe(true);
  });
});

describe("computing all statistics", () => {
  it("gives one number each, in the order of the list", async () => {
    const pixels = await decodePixels(await send(picture()));
    const separately = STATISTICS.map((statistic) => statistic.compute(new PixelView(pixels)));
    expect([...computeStatistics(pixels)]).toEqual(separately);
  });

  it("leaves out, as NaN, only what the image does not have", () => {
    const missing = (pixels: Pixels) =>
      STATISTICS.filter((_, i) => Number.isNaN(computeStatistics(pixels)[i])).map(({ name }) => name);
    expect(missing(plain(1, 2, 3))).toEqual(["bytes_per_pixel"]);
    expect(missing({ ...plain(1, 2, 3), ...SAME_BYTES, sourceWidth: 1920, sourceHeight: 1080 })).toEqual([
      "blockiness",
    ]);
  });

  it("shares the luma plane and the sums of one image among its statistics", () => {
    const view = new PixelView(plain(1, 2, 3));
    expect(view.luma).toBe(view.luma);
    expect(view.levels).toBe(view.levels);
    expect(view.colours).toBe(view.colours);
    expect(view.neighbours).toBe(view.neighbours);
  });
});

describe("docs/statistics.md", () => {
  it("is what the list says; `npx vitest run test/contracts/statistics.test.ts -u` writes it again", async () => {
    await expect(statisticsPage(STATISTICS)).toMatchFileSnapshot("../../docs/statistics.md");
  });
});
