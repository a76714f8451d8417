import { describe, expect, it } from "vitest";
import { nestedImage, type TensorOptions, tensorImages } from "../../../src/intake/pixel-tensor.ts";
import { readByteElements, readNumbers } from "../../../src/intake/tensor-data.ts";

const OPTIONS: TensorOptions = {
  layout: "NCHW",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  scale: 1 / 255,
  colour: "RGB",
};
/** Two pixels: (10, 20, 30) and (40, 50, 60). */
const RGB = Uint8Array.of(10, 20, 30, 40, 50, 60);
const image = { kind: "rgb", width: 2, height: 1, data: RGB };

const planes = (colours: readonly number[]) =>
  colours.flatMap((c) =>
    [0, 1].map((p) => ((RGB[p * 3 + c] as number) / 255 - (OPTIONS.mean[c] as number)) / (OPTIONS.std[c] as number)),
  );

describe("a tensor of pixels", () => {
  it("is no image when it is empty, of another rank, or of another length than its shape", () => {
    const values = [1, 2, 3];
    for (const shape of [
      [],
      [3],
      [1, 3],
      [0, 1, 1, 3],
      [1, 1, 2, 3],
      [1, 1, 1, 1, 3],
      [-1, 1, 3],
      [Number.NaN, 1, 3],
    ]) {
      expect(tensorImages({ values, shape, integers: true }, undefined)).toBeUndefined();
    }
  });

  it("is turned back by layout, mean, deviation and scale", () => {
    expect(tensorImages({ values: planes([0, 1, 2]), shape: [1, 3, 1, 2], integers: false }, OPTIONS)).toEqual([image]);
  });

  it("in blue-green-red order has mean and deviation in that order too", () => {
    const bgr: TensorOptions = {
      ...OPTIONS,
      colour: "BGR",
      mean: [...OPTIONS.mean].reverse(),
      std: [...OPTIONS.std].reverse(),
    };
    expect(tensorImages({ values: planes([2, 1, 0]), shape: [1, 3, 1, 2], integers: false }, bgr)).toEqual([image]);
  });

  it("of integers is taken as it is, its channels found by their number", () => {
    expect(tensorImages({ values: RGB, shape: [1, 2, 3], integers: true }, undefined)).toEqual([image]);
    expect(tensorImages({ values: [10, 40, 20, 50, 30, 60], shape: [3, 1, 2], integers: true }, undefined)).toEqual([
      image,
    ]);
  });

  it("of floats stays unread until it is described, except for whole pixels", () => {
    const floats = { values: [0.1, 0.2, 0.3], shape: [1, 1, 3], integers: false };
    expect(tensorImages(floats, undefined)).toEqual([undefined]);
    expect(tensorImages({ ...floats, values: [1, 2, 255] }, undefined)).toEqual([
      { kind: "rgb", width: 1, height: 1, data: Uint8Array.of(1, 2, 255) },
    ]);
  });

  it("with NaN or infinity gives no image, and the others of its batch stay", () => {
    const values = [Number.NaN, 2, 3, 4, 5, 6, Number.POSITIVE_INFINITY, 8, 9];
    const images = tensorImages({ values, shape: [3, 1, 1, 3], integers: true }, undefined);
    expect(images?.map((item) => item !== undefined)).toEqual([false, true, false]);
  });

  it("of one channel becomes grey, a fourth channel is dropped", () => {
    const pixel = (data: number[]) => [{ kind: "rgb", width: 1, height: 1, data: Uint8Array.from(data) }];
    expect(tensorImages({ values: [7], shape: [1, 1, 1, 1], integers: true }, undefined)).toEqual(pixel([7, 7, 7]));
    expect(tensorImages({ values: [1, 2, 3, 9], shape: [1, 1, 4], integers: true }, undefined)).toEqual(
      pixel([1, 2, 3]),
    );
  });

  it("is clipped to 8 bits", () => {
    const options: TensorOptions = { layout: "NHWC", mean: [0], std: [1], scale: 1, colour: "RGB" };
    expect(tensorImages({ values: [-5, 300, 12.6], shape: [1, 1, 3], integers: false }, options)).toEqual([
      { kind: "rgb", width: 1, height: 1, data: Uint8Array.of(0, 255, 13) },
    ]);
  });
});

describe("nested lists of numbers", () => {
  it("are an image when they are even", () => {
    expect(
      nestedImage(
        [
          [
            [10, 20, 30],
            [40, 50, 60],
          ],
        ],
        undefined,
      ),
    ).toEqual(image);
    expect(nestedImage([[7, 8]], undefined)).toEqual({
      kind: "rgb",
      width: 2,
      height: 1,
      data: Uint8Array.of(7, 7, 7, 8, 8, 8),
    });
  });

  it("are none when they are ragged, empty, deeper, or hold anything else", () => {
    const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
    for (const value of [[], [[]], [[[1, 2, 3], [4]]], [[["a", 1, 2]]], [[[[1, 2, 3]]]], deep]) {
      expect(nestedImage(value, undefined)).toBeUndefined();
    }
  });
});

describe("raw tensor data", () => {
  it("is read by its datatype", () => {
    expect(readNumbers("FP16", Uint8Array.of(0x55, 0x35, 0x00, 0xc0, 0x01, 0x00))).toEqual(
      Float64Array.of(0.333251953125, -2, 2 ** -24),
    );
    expect(readNumbers("FP16", Uint8Array.of(0x00, 0x7c, 0x01, 0x7c))).toEqual(
      Float64Array.of(Number.POSITIVE_INFINITY, Number.NaN),
    );
    expect(readNumbers("BF16", Uint8Array.of(0x80, 0x3f))).toEqual(Float64Array.of(1));
    expect(readNumbers("INT8", Uint8Array.of(0xff, 0x7f))).toEqual(Float64Array.of(-1, 127));
    expect(readNumbers("INT64", new Uint8Array(new BigInt64Array([-3n]).buffer))).toEqual(Float64Array.of(-3));
    expect(readNumbers("FP64", new Uint8Array())).toEqual(new Float64Array());
    // One byte off any alignment.
    const shifted = Buffer.concat([Buffer.of(9), Buffer.from(Float32Array.of(0.5, -2).buffer)]).subarray(1);
    expect(readNumbers("FP32", shifted)).toEqual(Float32Array.of(0.5, -2));
  });

  it("is refused when its length does not fit or its datatype is unknown", () => {
    expect(readNumbers("FP32", new Uint8Array(6))).toBeUndefined();
    expect(readNumbers("STRING", new Uint8Array(4))).toBeUndefined();
  });

  it("of bytes is a chain of lengths that must end where the data ends", () => {
    const bytes = (...values: number[]) => Buffer.from(values);
    expect(readByteElements(new Uint8Array())).toEqual([]);
    expect(readByteElements(bytes(1, 0, 0, 0, 65, 0, 0, 0, 0))).toEqual([bytes(65), bytes()]);
    expect(readByteElements(bytes(2, 0, 0, 0, 65))).toBeUndefined();
    expect(readByteElements(bytes(0xff, 0xff, 0xff, 0xff, 65))).toBeUndefined();
    expect(readByteElements(bytes(1, 0, 0, 0, 65, 0))).toBeUndefined();
  });
});
