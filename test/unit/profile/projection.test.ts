import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { dot } from "../../../src/math/linear-algebra.ts";
import { Projection, type ProjectionState } from "../../../src/profile/projection.ts";
import { CUTS, EmbeddingSums } from "../../../src/sketch/embedding-sums.ts";

const DIMENSIONS = 20;

/** Sums of waves, so that another program can make the same rows without sharing a generator. */
function waves(count: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(
      { length: DIMENSIONS },
      (_, j) => Math.sin(1 + i * (j + 1) * 0.7) * (DIMENSIONS - j) + Math.cos(i * i * 0.31 + j) * 3,
    ),
  );
}

const ROWS = waves(60);
const REST = ROWS.slice(30);
const OTHER = Float32Array.from({ length: DIMENSIONS }, (_, j) => Math.cos(j) * 5);
const projection = Projection.fit(ROWS.slice(0, 30), REST);

function sumsOf(embeddings: readonly Float32Array[], weights: readonly number[] = []): EmbeddingSums {
  const sums = new EmbeddingSums(projection.componentCount);
  for (const [i, embedding] of embeddings.entries()) sums.update(projection.project(embedding), weights[i] ?? 1);
  return sums;
}

/** Mean of phi − c, from the sums alone. */
function meanFeature({ weight, components, atMost }: EmbeddingSums): Float64Array {
  const { featureScales } = projection;
  const { centre } = projection.toState();
  const count = components.length;
  return centre.map((c, i) => ((i < count ? components[i]! : atMost[i - count]!) * featureScales[i]!) / weight - c);
}

function centred(embedding: Float32Array): Float64Array {
  const { centre } = projection.toState();
  return projection.features(projection.project(embedding)).map((value, i) => value - centre[i]!);
}

describe("the projection", () => {
  // Expected numbers: the same recipe in numpy (eigh, quantile), to 7 digits because directions are kept in 32 bits.
  it("gives the components, error and energy that numpy gives", () => {
    expect(projection.componentCount).toBe(12);
    const { deviations, cuts } = projection.toState();
    const { components, energy, reconstructionError } = projection.project(OTHER);
    // The sign of a principal direction is free.
    for (const [j, z] of [0.21795099, 0.03591826, 0.16527421].entries()) {
      expect(Math.abs(components[j]!)).toBeCloseTo(z, 6);
    }
    for (const [j, w] of [18.05809264, 17.71039237, 16.33542881].entries()) expect(deviations[j]).toBeCloseTo(w, 5);
    for (const [b, cut] of [-0.83873772, -0.76572016, -0.67015151, -0.51405279, -0.35179416].entries()) {
      expect(cuts[b]).toBeCloseTo(cut, 6);
    }
    expect(energy).toBeCloseTo(6.9031089, 5);
    expect(reconstructionError).toBeCloseTo(10.9733251, 5);
  });

  it("gives the debiased distance of a window that numpy gives", () => {
    const window = sumsOf([ROWS[3]!, ROWS[17]!, ROWS[44]!, OTHER]);
    const reference = sumsOf(REST);
    const trace = (reference.energy - reference.weight * dotSelf(meanFeature(reference))) / (reference.weight - 1);
    const mean = meanFeature(window);
    const pairs = (window.weight ** 2 * dotSelf(mean) - window.energy) / (window.weight ** 2 - window.weightSquares);
    expect(dotSelf(mean)).toBeCloseTo(2.8859913, 5);
    expect(trace).toBeCloseTo(7.6087973, 5);
    expect(pairs - trace / REST.length).toBeCloseTo(0.539659, 5);
  });

  it("makes sums from which the weighted mean over pairs of different images can be read", () => {
    const random = seededRandom(4);
    const embeddings = ROWS.slice(10, 22);
    const weights = embeddings.map(() => 1 + 9 * random.next());
    const sums = sumsOf(embeddings, weights);
    const mean = meanFeature(sums);
    let products = 0;
    let pairWeights = 0;
    for (const [i, a] of embeddings.entries()) {
      for (const [l, b] of embeddings.entries()) {
        if (i === l) continue;
        products += weights[i]! * weights[l]! * dot(centred(a), centred(b));
        pairWeights += weights[i]! * weights[l]!;
      }
    }
    const fromSums = (sums.weight ** 2 * dotSelf(mean) - sums.energy) / (sums.weight ** 2 - sums.weightSquares);
    expect(fromSums).toBeCloseTo(products / pairWeights, 9);
  });

  it("centres features on the rest half", () => {
    for (const value of meanFeature(sumsOf(REST))) expect(value).toBeCloseTo(0, 9);
  });

  it("puts an eighth of the rest half into each bin", () => {
    const bins = REST.flatMap((row) => [...projection.project(row).bins]);
    for (let bin = 0; bin <= CUTS; bin++) {
      const share = bins.filter((other) => other === bin).length / bins.length;
      expect(share).toBeGreaterThan(0.09);
      expect(share).toBeLessThan(0.16);
    }
  });

  it("has energy equal to the squared length of the centred feature", () => {
    for (const row of ROWS.slice(0, 5)) {
      expect(projection.project(row).energy).toBeCloseTo(dotSelf(centred(row)), 9);
    }
  });

  it("rebuilds what lies in its directions without error", () => {
    const { mean, directions } = projection.toState();
    const inside = Float32Array.from(mean, (value, i) => value + 3 * directions[i]!);
    expect(projection.project(inside).reconstructionError).toBeLessThan(1e-2);
  });

  it("ignores the basis half in scales, cuts and centre", () => {
    const { mean, directions, ...fromRest } = projection.toState();
    const again = projection.refit(REST.map((row) => projection.project(row))).toState();
    for (const key of ["deviations", "cuts", "featureScales", "centre"] as const) {
      for (const [i, value] of again[key].entries()) expect(value).toBeCloseTo(fromRest[key][i]!, 9);
    }
    expect(again.mean).toBe(mean);
    expect(again.directions).toBe(directions);
  });

  it("comes back from its state through bytes", () => {
    const state = decodePlain(encodePlain(projection.toState())) as unknown as ProjectionState;
    expect(Projection.fromState(state).project(OTHER)).toEqual(projection.project(OTHER));
    expect(() => Projection.fromState({ ...state, version: 2 as never })).toThrow(/version 2/);
  });

  it("stays finite for images that are all alike", () => {
    const same = Array.from({ length: 10 }, () => Float32Array.of(1, 2, 3));
    const { components, energy, reconstructionError } = Projection.fit(same, same).project(Float32Array.of(1, 2, 4));
    for (const value of [...components, energy, reconstructionError]) expect(Number.isFinite(value)).toBe(true);
  });
});

function dotSelf(values: Float64Array): number {
  return dot(values, values);
}
