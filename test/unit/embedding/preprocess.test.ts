import { describe, expect, it } from "vitest";
import { describePreprocessing, type Preprocessing, preprocess } from "../../../src/embedding/preprocess.ts";
import { draw } from "../image/pictures.ts";

const base: Preprocessing = {
  width: 2,
  height: 1,
  layout: "NCHW",
  colour: "RGB",
  dtype: "float32",
  mean: [0, 0, 0],
  std: [1, 1, 1],
  scale: 1,
};
/** Two pixels: (1, 2, 3) and (4, 5, 6). */
const pixels = draw(2, 1, (x) => [3 * x + 1, 3 * x + 2, 3 * x + 3]);

describe("preprocessing", () => {
  it.each([
    { layout: "NCHW", colour: "RGB", expected: [1, 4, 2, 5, 3, 6] },
    { layout: "NCHW", colour: "BGR", expected: [3, 6, 2, 5, 1, 4] },
    { layout: "NHWC", colour: "RGB", expected: [1, 2, 3, 4, 5, 6] },
    { layout: "NHWC", colour: "BGR", expected: [3, 2, 1, 6, 5, 4] },
  ] as const)("orders $layout $colour, as float32 and as uint8", ({ layout, colour, expected }) => {
    expect(preprocess(pixels, { ...base, layout, colour })).toEqual(Float32Array.from(expected));
    expect([...preprocess(pixels, { ...base, layout, colour, dtype: "uint8" })]).toEqual(expected);
  });

  it("computes (pixel / scale − mean) / std, per colour in the order of the network", () => {
    const options = { ...base, colour: "BGR", scale: 10, mean: [0.1, 0, 0], std: [1, 2, 4] } as const;
    const values = [...preprocess(pixels, options)];
    [0.2, 0.5, 0.1, 0.25, 0.025, 0.1].forEach((expected, i) => {
      expect(values[i]).toBeCloseTo(expected, 6);
    });
  });

  it("leaves uint8 as it is, whatever mean, std and scale say", () => {
    const options = { ...base, dtype: "uint8", layout: "NHWC", mean: [9, 9, 9], std: [5, 5, 5], scale: 255 } as const;
    expect(preprocess(pixels, options)).toBe(pixels.data);
  });

  it("resizes to the network's input", () => {
    expect(preprocess(pixels, { ...base, width: 4, height: 3 })).toHaveLength(36);
  });
});

describe("the description of preprocessing", () => {
  it("names everything that decides the values", () => {
    const changes: readonly Partial<Preprocessing>[] = [
      {},
      { width: 3 },
      { height: 3 },
      { layout: "NHWC" },
      { colour: "BGR" },
      { dtype: "uint8" },
      { mean: [1, 0, 0] },
      { std: [1, 2, 1] },
      { scale: 255 },
    ];
    const texts = changes.map((change) => describePreprocessing({ ...base, ...change }));
    expect(new Set(texts).size).toBe(changes.length);
  });

  it("does not depend on the order of keys, nor on what has no effect", () => {
    const { scale, ...rest } = base;
    expect(describePreprocessing({ scale, ...rest })).toBe(describePreprocessing(base));
    const uint8 = { ...base, dtype: "uint8" } as const;
    expect(describePreprocessing({ ...uint8, scale: 255 })).toBe(describePreprocessing(uint8));
  });
});
