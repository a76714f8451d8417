import { beforeAll, describe, expect, it } from "vitest";
import { syntheticImage } from "../../../bench/synthetic.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { DriftDirection } from "../../../src/drift/drift-direction.ts";
import { type Projected, Projection } from "../../../src/profile/projection.ts";
import { EmbeddingSums } from "../../../src/sketch/embedding-sums.ts";

const OPTIONS = { classes: ["a", "b"], dimensions: 20 };
let projection: Projection;
let reference: Projected[];

/** Embeddings like the reference's, moved by `shift` along one axis. */
function embeddings(count: number, seed: number, shift = 0): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const { embedding } = syntheticImage(String(index), OPTIONS, random);
    embedding[3]! += shift;
    return embedding;
  });
}

const project = (rows: readonly Float32Array[]): Projected[] => rows.map((row) => projection.project(row));

function directionOf(live: readonly Projected[]): DriftDirection {
  const sums = new EmbeddingSums(projection.componentCount);
  for (const projected of live) sums.update(projected);
  return new DriftDirection(sums, reference, projection);
}

const beyondRatio = (direction: DriftDirection, images: readonly Projected[]): number =>
  images.filter((image) => direction.judge(image).beyond).length / images.length;

beforeAll(() => {
  const rest = embeddings(400, 2);
  projection = Projection.fit(embeddings(400, 1), rest);
  reference = project(rest);
});

describe("the direction of a drift", () => {
  it("finds the images that moved, in a window where all did", () => {
    const live = project(embeddings(150, 3, 4));
    expect(beyondRatio(directionOf(live), project(embeddings(150, 4, 4)))).toBeGreaterThan(0.8);
  });

  it("finds only those that moved, in a window where a third did", () => {
    const moved = project(embeddings(50, 5, 4));
    const stayed = project(embeddings(100, 6));
    const direction = directionOf([...moved, ...stayed]);
    expect(beyondRatio(direction, moved)).toBeGreaterThan(0.6);
    expect(beyondRatio(direction, stayed)).toBeLessThan(0.06);
  });

  it("calls about one in a hundred reference images far, whatever the direction", () => {
    expect(beyondRatio(directionOf(project(embeddings(150, 7, 4))), reference)).toBeLessThanOrEqual(0.0125);
  });

  it("scores an image higher the further it lies along the drift, within 0 to 12", () => {
    const direction = directionOf(project(embeddings(150, 8, 4)));
    const [near, far, extreme] = [0, 3, 1_000].map(
      (shift) => direction.judge(project(embeddings(1, 9, shift))[0]!).score,
    );
    expect(far).toBeGreaterThan(near!);
    expect(extreme).toBeGreaterThanOrEqual(far!);
    expect(extreme).toBeLessThanOrEqual(12);
    expect(near).toBeGreaterThanOrEqual(0);
  });

  it("works with a window of a single image", () => {
    const [only] = project(embeddings(1, 10, 5)) as [Projected];
    expect(Number.isFinite(directionOf([only]).judge(only).score)).toBe(true);
  });
});
