import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { CORRUPTIONS, decodeFull, encodeLike, type FullImage } from "../../../src/image/corruption.ts";
import { detectFormat } from "../../../src/image/file-format.ts";
import { computeStatistics, STATISTICS } from "../../../src/image/statistics/index.ts";
import { decoder, scene } from "./pictures.ts";

const original = async (): Promise<FullImage> =>
  (await decodeFull(await scene(96, 64).png().toBuffer(), 1e6)) as FullImage;

async function corrupted(name: string, strength: number): Promise<FullImage> {
  const corruption = CORRUPTIONS.find((entry) => entry.name === name);
  if (!corruption) throw new Error(name);
  return corruption.apply(await original(), strength, seededRandom(1));
}

async function statistic(image: FullImage, name: string): Promise<number> {
  const decoded = await decoder.decode({ kind: "rgb", ...image });
  if ("reason" in decoded) throw new Error(decoded.reason);
  return computeStatistics(decoded.pixels)[STATISTICS.findIndex((entry) => entry.name === name)] as number;
}

const mean = ({ data }: FullImage): number => data.reduce((sum, value) => sum + value, 0) / data.length;

describe("corruptions", () => {
  it("keep size and colours of the image", async () => {
    for (const { name, strengths } of CORRUPTIONS) {
      const { width, height, data } = await corrupted(name, strengths(96)[2] as number);
      expect([name, width, height, data.length]).toEqual([name, 96, 64, 96 * 64 * 3]);
    }
  });

  it("have ascending strengths, in small and in large images", () => {
    for (const { strengths } of CORRUPTIONS) {
      for (const side of [8, 96, 6000]) {
        const steps = strengths(side);
        expect([...steps].sort((a, b) => a - b)).toEqual(steps);
        expect(new Set(steps).size).toBe(steps.length);
      }
    }
  });

  it("do what they are called", async () => {
    const before = await original();
    expect(await statistic(await corrupted("blur", 2), "sharpness")).toBeLessThan(
      0.5 * (await statistic(before, "sharpness")),
    );
    expect(await statistic(await corrupted("noise", 16), "noise")).toBeGreaterThan(await statistic(before, "noise"));
    expect(mean(await corrupted("darker", 20)) / mean(before)).toBeCloseTo(0.8, 1);
    expect(mean(await corrupted("brighter", 5)) / mean(before)).toBeCloseTo(1.05, 1);
  });

  it("add noise of the deviation that was asked, the same for the same seed", async () => {
    const grey = { width: 200, height: 200, data: new Uint8Array(120_000).fill(128) };
    const noise = CORRUPTIONS.find(({ name }) => name === "noise");
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => noise?.apply(grey, 8, seededRandom(seed))));
    const squares = first?.data.reduce((sum, value) => sum + (value - 128) ** 2, 0) ?? 0;
    expect(Math.sqrt(squares / 120_000)).toBeCloseTo(8, 0);
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
  });
});

describe("an image at its own size", () => {
  it("is undefined for no image, for half of one and for one that is too large", async () => {
    const png = await scene(96, 64).png().toBuffer();
    expect(await decodeFull(new Uint8Array(), 1e6)).toBeUndefined();
    expect(await decodeFull(png.subarray(0, png.length / 2), 1e6)).toBeUndefined();
    expect(await decodeFull(png, 1000)).toBeUndefined();
  });

  it("has three channels whatever the file has", async () => {
    for (const file of [scene(9, 7).greyscale().png(), scene(9, 7).ensureAlpha(0.5).png(), scene(9, 7).jpeg()]) {
      expect((await decodeFull(await file.toBuffer(), 1e6))?.data.length).toBe(9 * 7 * 3);
    }
  });

  it("is written in the format of the original", async () => {
    const image = await original();
    for (const file of [scene(9, 7).png(), scene(9, 7).webp(), scene(9, 7).jpeg()]) {
      const bytes = await file.toBuffer();
      expect(detectFormat(await encodeLike(bytes, image))).toBe(detectFormat(bytes));
    }
  });
});
