import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SYNTHETIC_RECIPE, syntheticArtefact, syntheticImage } from "../../../bench/synthetic.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { type Artefact, decodeArtefact, encodeArtefact } from "../../../src/reference/artefact.ts";
import { buildReference, type MeasuredImage } from "../../../src/reference/build.ts";
import { loadReference, restoreReference } from "../../../src/reference/load.ts";
import { verifyReference, windowSizes } from "../../../src/reference/verify.ts";
import { writeArtefact } from "../../../src/reference/write.ts";

const SYNTHETIC = { classes: ["a", "b", "c"], dimensions: 24 };
const RECIPE = SYNTHETIC_RECIPE(24);
let artefact: Artefact;
let folder: string;

beforeAll(() => {
  artefact = syntheticArtefact(400, SYNTHETIC, 3);
  folder = mkdtempSync(join(tmpdir(), "artefact-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function measured(
  count: number,
  change: (image: MeasuredImage, index: number) => MeasuredImage = (image) => image,
): MeasuredImage[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, (_, index) => {
    const file = `${index}.jpg`;
    return change({ file, contentHash: file, image: syntheticImage(file, SYNTHETIC, random) }, index);
  });
}

const build = (images: readonly MeasuredImage[], classes: readonly string[] = SYNTHETIC.classes): Artefact =>
  buildReference(images, { model: "m", recipe: RECIPE, classes, nowSeconds: 7, random: seededRandom(1) });

describe("building a reference", () => {
  it("refuses none and too few images and says how many are needed", () => {
    expect(() => build([])).toThrow(/0 usable images; at least 200/);
    expect(() => build(measured(199))).toThrow(/199 usable images/);
  });

  it("refuses an image that is there twice, and names both files", () => {
    const twice = measured(220, (image, index) => (index === 5 ? { ...image, contentHash: "3.jpg" } : image));
    expect(() => build(twice)).toThrow(/1 images are there twice: 5.jpg = 3.jpg/);
  });

  it("refuses a class that no image shows", () => {
    expect(() => build(measured(220), ["a", "b", "c", "d"])).toThrow(/No reference image is labelled as "d"/);
    const unlabelled = measured(220, (entry) => {
      const { trueClass: _, ...image } = entry.image;
      return { ...entry, image };
    });
    expect(() => build(unlabelled, ["a", "b", "c", "d"])).toThrow(/predicted as "d"/);
  });

  it("splits the images into two halves and knows the accuracy on all of them", () => {
    expect([artefact.basisImages, artefact.restImages, artefact.table.count]).toEqual([200, 200, 200]);
    expect(artefact.accuracyRatio).toBeGreaterThan(0.85);
    expect(artefact.exemplars).toHaveLength(64);
  });

  it("is the same for the same seed", () => {
    expect(encodeArtefact(build(measured(220)))).toEqual(encodeArtefact(build(measured(220))));
  });

  it("gives no estimate without labels, and no class comparison without predictions", () => {
    const bare = measured(220, (entry) => {
      const { trueClass: _, outcome: __, ...image } = entry.image;
      return { ...entry, image };
    });
    const built = build(bare, []);
    expect(built.estimators).toEqual({});
    expect(built.calibration).toBeUndefined();
    expect(restoreReference("id", built).detectors.size).toBeGreaterThan(3);
  });
});

describe("the reference file", () => {
  it("comes back as it was written", () => {
    const path = join(folder, "r.vxref");
    const { id } = writeArtefact(path, artefact);
    const reference = loadReference(path, RECIPE);
    expect(reference.id).toBe(id);
    expect(reference.classes).toEqual(SYNTHETIC.classes);
    const self = [...reference.detectors.values()].flatMap((detector) => detector.compare(reference.profile, 1e-4));
    expect(self.filter(({ drifting }) => drifting)).toEqual([]);
  });

  it("is refused when a byte is flipped, when it is cut, and when it is something else", () => {
    const bytes = encodeArtefact(artefact);
    const flipped = bytes.slice();
    flipped[200]! ^= 1;
    expect(() => decodeArtefact(flipped, "r.vxref")).toThrow(/r.vxref is damaged/);
    expect(() => decodeArtefact(bytes.subarray(0, bytes.length - 1), "r.vxref")).toThrow(/damaged/);
    expect(() => decodeArtefact(new Uint8Array(), "r.vxref")).toThrow(/not a reference file/);
    expect(() => decodeArtefact(Buffer.from("VXREF999 and more"), "r.vxref")).toThrow(/format 999/);
  });

  it("is refused with another network or another list of statistics", () => {
    const path = join(folder, "other.vxref");
    writeArtefact(path, artefact);
    expect(() => loadReference(path, { ...RECIPE, embedderId: "x" })).toThrow(/another embedding network/);
    expect(() => loadReference(path, { ...RECIPE, statistics: ["brightness"] })).toThrow(
      /another list of image statistics/,
    );
    expect(() => loadReference(join(folder, "none"), RECIPE)).toThrow(/cannot be read/);
  });

  it("cannot be written where no folder is, and says so", () => {
    expect(() => writeArtefact(join(folder, "no/such/r.vxref"), artefact)).toThrow(/cannot be written/);
  });
});

describe("verifying a reference", () => {
  const options = { seed: 2, windows: [{ name: "1h", images: 30 }], level: 1e-6 };

  it("finds a false-alarm rate near what was asked, at the ladder's and the configured sizes, and gives advice", () => {
    const { falseAlarms, configuredAlarms, advice, largestWindowImages } = verifyReference(artefact, options);
    const distance = falseAlarms.filter(({ detector }) => detector === "embedding_distance");
    expect(distance.map(({ windowImages }) => windowImages)).toEqual([10, 20, 30, 50]);
    for (const { ratio } of distance) expect(ratio).toBeLessThan(0.15);
    expect(configuredAlarms.every(({ alarms, windows }) => alarms <= 1 && windows === 200)).toBe(true);
    expect(largestWindowImages).toBe(100);
    expect(advice[0]).toContain("100 images");
  }, 60_000);
});

describe("window sizes of a verification", () => {
  it("are none without rows, and end at a quarter of them", () => {
    expect(windowSizes(0, [])).toEqual([]);
    expect(windowSizes(120, [{ name: "x", images: 3000 }])).toEqual([10, 20]);
    expect(windowSizes(2000, [{ name: "x", images: 20 }])).toEqual([10, 20, 50, 100, 200, 500]);
  });
});
