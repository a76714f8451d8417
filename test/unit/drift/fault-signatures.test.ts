import { beforeAll, describe, expect, it } from "vitest";
import { syntheticImage } from "../../../bench/synthetic.ts";
import { decodePlain, encodePlain, type PlainState } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { FaultSignatures, type FaultSignaturesState } from "../../../src/drift/fault-signatures.ts";
import { type Projected, Projection } from "../../../src/profile/projection.ts";
import { EmbeddingSums } from "../../../src/sketch/embedding-sums.ts";

const OPTIONS = { classes: ["a", "b"], dimensions: 20 };
/** Axes of the embedding that the two faults move. */
const BLUR = 3;
const NOISE = 11;
const NOTHING = { explainedRatio: 0, parts: [] };
let projection: Projection;
let reference: Projected[];
let state: FaultSignaturesState;
let signatures: FaultSignatures;

function images(count: number, seed: number, shifts: Readonly<Record<number, number>> = {}): Projected[] {
  return embeddings(count, seed, shifts).map((embedding) => projection.project(embedding));
}

function embeddings(count: number, seed: number, shifts: Readonly<Record<number, number>> = {}): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const { embedding } = syntheticImage(String(index), OPTIONS, random);
    for (const [axis, shift] of Object.entries(shifts)) embedding[Number(axis)]! += shift;
    return embedding;
  });
}

function sumsOf(live: readonly Projected[]): EmbeddingSums {
  const sums = new EmbeddingSums(projection.componentCount);
  for (const image of live) sums.update(image);
  return sums;
}

/** S of METHODS A, from all pairs of images. */
function distanceOf(live: readonly Projected[]): number {
  const { centre, featureScales } = projection.toState();
  const shift = sumsOf(live)
    .meanFeature(featureScales)
    .map((value, i) => value - centre[i]!);
  const square = shift.reduce((sum, value) => sum + value * value, 0);
  const energy = live.reduce((sum, image) => sum + image.energy, 0) / live.length;
  const trace = (energy - square) * (live.length / (live.length - 1));
  const own = reference.reduce((sum, image) => sum + image.energy, 0) / (reference.length - 1);
  return square - trace / live.length - own / reference.length;
}

beforeAll(() => {
  const rest = embeddings(500, 2);
  projection = Projection.fit(embeddings(500, 1), rest);
  reference = rest.map((embedding) => projection.project(embedding));
  const faults = [
    { statistic: "sharpness", sign: -1 as const, copies: images(60, 3, { [BLUR]: 2 }) },
    { statistic: "noise", sign: 1 as const, copies: images(60, 3, { [NOISE]: 2 }) },
  ];
  state = FaultSignatures.fit(faults, images(60, 3), reference, projection);
  signatures = new FaultSignatures(state, projection);
});

describe("the signatures of faults", () => {
  it("say nothing of an empty window, and nothing without a distance", () => {
    expect(signatures.match(new EmbeddingSums(projection.componentCount), 1)).toEqual(NOTHING);
    expect(signatures.match(sumsOf(images(100, 4, { [BLUR]: 1 })), 0)).toEqual(NOTHING);
  });

  it("say nothing of a window like the reference", () => {
    for (let seed = 10; seed < 20; seed++) expect(signatures.match(sumsOf(images(150, seed)), 0.05)).toEqual(NOTHING);
  });

  it.each([
    ["sharpness", -1, BLUR],
    ["noise", 1, NOISE],
  ] as const)("name %s when the images moved as it moves them, also half as far", (statistic, sign, axis) => {
    for (const size of [1, 2]) {
      const live = images(150, 5, { [axis]: size });
      const { explainedRatio, parts } = signatures.match(sumsOf(live), distanceOf(live));
      expect(explainedRatio).toBeGreaterThan(0.7);
      expect(parts[0]).toMatchObject({ statistic, sign });
      for (const other of parts.slice(1)) expect(other.ratio).toBeLessThan(0.15);
    }
  });

  it("explain little of images that moved elsewhere, and nothing of those that moved the other way", () => {
    const elsewhere = images(150, 6, { 7: 2 });
    expect(signatures.match(sumsOf(elsewhere), distanceOf(elsewhere)).explainedRatio).toBeLessThan(0.3);
    const sharper = images(150, 6, { [BLUR]: -2 });
    const { parts } = signatures.match(sumsOf(sharper), distanceOf(sharper));
    expect(parts.map(({ statistic }) => statistic)).not.toContain("sharpness");
  });

  it("explain a part when something else moved too", () => {
    const both = images(150, 8, { [BLUR]: 1.5, 7: 2 });
    const { explainedRatio, parts } = signatures.match(sumsOf(both), distanceOf(both));
    expect(parts[0]?.statistic).toBe("sharpness");
    expect(explainedRatio).toBeGreaterThan(0.15);
    expect(explainedRatio).toBeLessThan(0.7);
  });

  it("explain two faults at once by both, in parts that make up the whole", () => {
    const both = images(150, 8, { [BLUR]: 2, [NOISE]: 2 });
    const { explainedRatio, parts } = signatures.match(sumsOf(both), distanceOf(both));
    expect(parts.map(({ statistic }) => statistic).sort()).toEqual(["noise", "sharpness"]);
    expect(explainedRatio).toBeGreaterThan(0.6);
    expect(parts.reduce((sum, { ratio }) => sum + ratio, 0)).toBeCloseTo(explainedRatio, 9);
  });

  it("are the same after a journey through a reference file", () => {
    const read = decodePlain(encodePlain(state as unknown as PlainState)) as unknown as FaultSignaturesState;
    const live = sumsOf(images(150, 9, { [NOISE]: 1 }));
    expect(new FaultSignatures(read, projection).match(live, 1)).toEqual(signatures.match(live, 1));
  });
});
