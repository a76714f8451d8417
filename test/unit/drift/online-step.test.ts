import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain } from "../../../src/core/codec.ts";
import { type Random, seededRandom, standardNormal } from "../../../src/core/random.ts";
import { IndependenceStep } from "../../../src/drift/online-step.ts";

const COMPONENTS = 40;
/** Independent standard normal components: tr = 40, and the mean squared product of two images is 40 too. */
const law = { mean: new Float64Array(COMPONENTS).fill(3), variance: COMPONENTS, pairSquares: COMPONENTS };

function draw(random: Random, { mean = 3, deviation = 1 } = {}): Float64Array {
  return Float64Array.from({ length: COMPONENTS }, () => mean + deviation * standardNormal(random));
}

/** The step after so many images; a new one is drawn every `repeat` images, and each has noise of its own. */
function stepOf({ repeat = 1, images = 3000, noise = 0, seed = 1, mean = 3, deviation = 1 } = {}): number | undefined {
  const random = seededRandom(seed);
  const step = new IndependenceStep(law);
  let scene = draw(random, { mean, deviation });
  for (let image = 0; image < images; image++) {
    if (image % repeat === 0) scene = draw(random, { mean, deviation });
    step.update(scene.map((z) => z + noise * standardNormal(random)));
  }
  return step.step;
}

describe("independence step", () => {
  it("is unknown without images and after one", () => {
    expect(stepOf({ images: 0 })).toBeUndefined();
    expect(stepOf({ images: 1 })).toBeUndefined();
  });

  it("is 1 for independent images, from the 56th on", () => {
    expect(stepOf({ images: 55 })).toBeUndefined();
    expect(stepOf({ images: 56 })).toBe(1);
    expect([1, 2, 3, 4, 5].map((seed) => stepOf({ seed }))).toEqual([1, 1, 1, 1, 1]);
  });

  it("is 5 when each image comes five times", () => {
    expect(stepOf({ repeat: 5 })).toBe(5);
  });

  it("is about the length of long scenes", () => {
    const step = stepOf({ repeat: 30 });
    expect(step).toBeGreaterThanOrEqual(24);
    expect(step).toBeLessThanOrEqual(40);
  });

  it("does not take a still camera's noise for independence", () => {
    expect(stepOf({ repeat: 30, noise: 0.3 })).toBeGreaterThanOrEqual(24);
    expect(stepOf({ repeat: 1e9, noise: 0.3 })).toBeUndefined();
  });

  it("stays 1 for independent images that drifted: another mean, less variance", () => {
    expect(stepOf({ mean: 4 })).toBe(1);
    expect(stepOf({ deviation: 0.6 })).toBe(1);
  });

  it("follows a stream that begins to repeat its images", () => {
    const random = seededRandom(4);
    const step = new IndependenceStep(law);
    for (let image = 0; image < 500; image++) step.update(draw(random));
    expect(step.step).toBe(1);
    for (let image = 0; image < 800; image++) {
      const scene = draw(random);
      for (let frame = 0; frame < 4; frame++) step.update(scene);
    }
    expect(step.step).toBe(4);
  });

  it("sees at its number that cameras take turns, once the lags up to it are known", () => {
    const random = seededRandom(5);
    const step = new IndependenceStep(law);
    const scenes = Array.from({ length: 4 }, () => draw(random));
    for (let image = 0; image < 120; image++) step.update(scenes[image % 4]!);
    expect(step.step).not.toBe(1);
  });

  it("continues after being written down, and does not grow", () => {
    const random = seededRandom(6);
    const first = new IndependenceStep(law);
    for (let image = 0; image < 100; image++) first.update(draw(random));
    const bytes = encodePlain(first.toState());
    const second = new IndependenceStep(law);
    second.restore(decodePlain(bytes));
    for (let image = 0; image < 100; image++) {
      const components = draw(random);
      first.update(components);
      second.update(components);
    }
    expect(second.toState()).toEqual(first.toState());
    for (let image = 0; image < 20_000; image++) first.update(draw(random));
    expect(encodePlain(first.toState()).length).toBeLessThan(1.01 * bytes.length);
  });

  it("refuses a state of another version or shape", () => {
    const step = new IndependenceStep(law);
    const state = step.toState() as object;
    expect(() => step.restore({ ...state, version: 2 })).toThrow(RangeError);
    expect(() => step.restore({ ...state, rings: new Float32Array(3) })).toThrow(RangeError);
  });
});
