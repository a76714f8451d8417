import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { FullImage } from "../../../src/image/corruption.ts";
import { atFaultSize, FAULT_SIDE, KNOWN_FAULTS } from "../../../src/image/known-faults.ts";
import { computeStatistics, STATISTICS } from "../../../src/image/statistics/index.ts";

/** Soft shapes with fine grain on them, in colours. */
function picture(width: number, height: number): FullImage {
  const random = seededRandom(4);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = 24 * (random.next() - 0.5);
      const shape = 120 + 60 * Math.sin(x / 9) * Math.cos(y / 7) + grain;
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = Math.round(shape + (c - 1) * 25 * Math.sin(y / 31));
    }
  }
  return { width, height, data };
}

function statisticsOf(image: FullImage): Float64Array {
  return computeStatistics({ ...image, sourceWidth: image.width, sourceHeight: image.height, sourceBytes: Number.NaN });
}

describe("a known fault", () => {
  const image = picture(224, 224);
  const before = statisticsOf(image);

  it.each(KNOWN_FAULTS.map((fault) => [fault.name, fault] as const))(
    "%s moves the statistic that names it, and keeps the size",
    async (_, fault) => {
      const copy = await fault.apply(image, seededRandom(5));
      expect([copy.width, copy.height, copy.data.length]).toEqual([224, 224, 224 * 224 * 3]);
      const index = STATISTICS.findIndex(({ name }) => name === fault.statistic);
      expect(index).toBeGreaterThanOrEqual(0);
      expect(Math.sign(statisticsOf(copy)[index]! - before[index]!)).toBe(fault.sign);
    },
  );

  it("is made on a smaller copy of a large picture, in its shape", async () => {
    const small = await atFaultSize(picture(1000, 500));
    expect([small.width, small.height]).toEqual([FAULT_SIDE, FAULT_SIDE / 2]);
    expect(await atFaultSize(image)).toBe(image);
  });
});
