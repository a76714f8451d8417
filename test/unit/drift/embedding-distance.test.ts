import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { embeddingDistance } from "../../../src/drift/embedding-distance.ts";
import { fitContext, type Image, profileOf, project, simulateImages } from "./simulated-images.ts";

const context = fitContext(simulateImages(800, seededRandom(1)));
const fitted = embeddingDistance.fit(context);
const signalsOf = (images: readonly Image[]) => fitted.compare(profileOf(images, context.projection), 0.05);
const ofClass = (index: number, count: number, random = seededRandom(2)): Image[] =>
  simulateImages(count * 12, random)
    .filter(({ outcome }) => outcome.classIndex === index)
    .slice(0, count);

/** The formula of the file's head, from the images themselves. */
function pairwiseDistance(images: readonly Image[], reference: readonly Image[]): number {
  const features = (from: readonly Image[]): Float64Array[] =>
    from.map((image) => context.projection.features(project(image, context.projection)));
  const live = features(images);
  const rest = features(reference);
  const centre = rest[0]!.map((_, j) => rest.reduce((sum, row) => sum + row[j]!, 0) / rest.length);
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, j) => sum + (value - centre[j]!) * (b[j]! - centre[j]!), 0);
  let pairs = 0;
  for (const [i, a] of live.entries()) for (const [l, b] of live.entries()) if (i !== l) pairs += dot(a, b);
  const trace = rest.reduce((sum, row) => sum + dot(row, row), 0) / (rest.length - 1);
  return pairs / (live.length * (live.length - 1)) - trace / rest.length;
}

describe("embedding distance", () => {
  it("is the mean product of different images less the reference's noise", () => {
    const images = simulateImages(30, seededRandom(3));
    const [all] = signalsOf(images);
    const expected = pairwiseDistance(images, context.sample.rest as readonly Image[]);
    expect(all?.score.value).toBeCloseTo(expected, 9);
  });

  it("is the same within a class, against the class's own centre", () => {
    const images = ofClass(1, 20);
    const signal = signalsOf(images).find(({ subject }) => subject === "class:desert");
    const reference = (context.sample.rest as readonly Image[]).filter(({ outcome }) => outcome.classIndex === 1);
    expect(signal?.score.value).toBeCloseTo(pairwiseDistance(images, reference), 9);
  });

  it("speaks from 5 images on, of a class from 10 on", () => {
    const subjects = (count: number): string[] => signalsOf(ofClass(1, count)).map(({ subject }) => subject);
    expect(subjects(4)).toEqual([]);
    expect(subjects(5)).toEqual(["all"]);
    expect(subjects(9)).toEqual(["all"]);
    expect(subjects(10)).toEqual(["all", "class:desert"]);
  });

  it("does not judge a class with fewer than 50 reference images", () => {
    const water = (context.sample.rest as readonly Image[]).filter(({ outcome }) => outcome.classIndex === 3);
    expect(water.length).toBeLessThan(50);
    const subjects = fitted.compare(context.profile, 0.05).map(({ subject }) => subject);
    expect(subjects).toEqual(["all", "class:cloudy", "class:desert", "class:green_area"]);
  });

  it("does not see a change of class shares within the classes", () => {
    const signals = fitted.compare(profileOf(ofClass(2, 60), context.projection), 0.005);
    expect(signals.find(({ subject }) => subject === "all")?.drifting).toBe(true);
    expect(signals.find(({ subject }) => subject === "class:green_area")?.drifting).toBe(false);
  });

  it("is about the same size at every n, while its threshold falls", () => {
    const at = (n: number) => signalsOf(simulateImages(n, seededRandom(5), { embedding: 0.5 }))[0]!.score;
    expect(at(2000).value / at(200).value).toBeGreaterThan(0.7);
    expect(at(2000).value / at(200).value).toBeLessThan(1.4);
    expect(at(2000).threshold).toBeLessThan(at(200).threshold as number);
  });

  it("says nothing with a reference too small for its moments", () => {
    const tiny = fitContext(simulateImages(4, seededRandom(6)));
    const live = profileOf(simulateImages(50, seededRandom(7)), tiny.projection);
    expect(embeddingDistance.fit(tiny).compare(live, 0.05)).toEqual([]);
  });
});
